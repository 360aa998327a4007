/** Which operation an S3 request is, and which permissions it needs. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
import type { Permission } from './evaluate.ts';
import type { ServiceRequest } from './request.ts';

/** Path-style address: `/bucket/key`. */
export function parseObjectPath(path: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { bucket, key };
}

/** `bucket/key` or `/bucket/key`, URL-encoded, perhaps with a version. */
export function parseCopySource(source: string): { bucket: string; key: string } {
  const path = decodeURIComponent(source.replace(/\?versionId=.*$/, ''));
  return parseObjectPath(path.startsWith('/') ? path : `/${path}`);
}

type Request = Pick<ServiceRequest, 'path' | 'query' | 'headers'> & { readonly method: string };

const subresources = [
  'acl',
  'tagging',
  'attributes',
  'uploads',
  'delete',
  'cors',
  'policy',
  'versioning',
  'versions',
  'lifecycle',
  'notification',
  'location',
  'renameObject',
  'retention',
  'legal-hold',
  'torrent',
  'restore',
  'select',
  'encryption',
  'website',
  'logging',
  'replication',
];

const objectOperations: Readonly<Record<string, string>> = {
  'GET ': 'GetObject',
  'HEAD ': 'HeadObject',
  'PUT ': 'PutObject',
  'DELETE ': 'DeleteObject',
  'GET tagging': 'GetObjectTagging',
  'PUT tagging': 'PutObjectTagging',
  'DELETE tagging': 'DeleteObjectTagging',
  'GET attributes': 'GetObjectAttributes',
  'POST uploads': 'CreateMultipartUpload',
};

const bucketOperations: Readonly<Record<string, string>> = {
  'HEAD ': 'HeadBucket',
  'PUT ': 'CreateBucket',
  'DELETE ': 'DeleteBucket',
  'POST ': 'PostObject',
  'POST delete': 'DeleteObjects',
  'GET lifecycle': 'GetBucketLifecycleConfiguration',
};

/** The operation's name, or undefined for one that the local account does not have. */
export function s3Operation({ method, path, query, headers }: Request): string | undefined {
  const { bucket, key } = parseObjectPath(path);
  if (!bucket) return method === 'GET' && path === '/' ? 'ListBuckets' : undefined;
  if (query.has('versionId')) return undefined;
  const subresource = subresources.find((name) => query.has(name)) ?? '';
  if (!key) {
    if (method === 'GET' && !subresource) return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
    return bucketOperations[`${method} ${subresource}`];
  }
  if (query.has('uploadId')) {
    if (method === 'PUT') return headers['x-amz-copy-source'] ? 'UploadPartCopy' : 'UploadPart';
    return { POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }[method];
  }
  if (method === 'PUT' && !subresource && headers['x-amz-copy-source']) return 'CopyObject';
  return objectOperations[`${method} ${subresource}`];
}

const actions: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  HeadBucket: 'ListBucket',
  ListBuckets: 'ListAllMyBuckets',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  UploadPartCopy: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  CopyObject: 'PutObject',
  PostObject: 'PutObject',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
};

const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;
const objectArn = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`;

/**
 * `keys` are those that a body names: the form's key of a POST, the keys of DeleteObjects.
 */
export function s3Permissions(
  { operation, path, query, headers }: ServiceRequest,
  keys: readonly string[],
): Permission[] {
  const { bucket, key } = parseObjectPath(path);
  const action = `s3:${actions[operation] ?? operation}`;
  if (operation === 'ListBuckets') return [{ action, resource: '*' }];
  if (operation === 'DeleteObjects')
    return keys.map((each) => ({ action: 's3:DeleteObject', resource: objectArn(bucket, each) }));
  if (operation === 'PostObject') return keys.map((each) => ({ action, resource: objectArn(bucket, each) }));
  if (!key) {
    const prefix = operation.startsWith('ListObjects') ? { 's3:prefix': query.get('prefix') ?? '' } : {};
    return [{ action, resource: bucketArn(bucket), context: prefix }];
  }
  const needed: Permission[] = [{ action, resource: objectArn(bucket, key) }];
  const source = headers['x-amz-copy-source'];
  if (source && (operation === 'CopyObject' || operation === 'UploadPartCopy')) {
    const from = parseCopySource(source);
    needed.push({ action: 's3:GetObject', resource: objectArn(from.bucket, from.key) });
  }
  if (operation === 'GetObjectAttributes') needed.push({ action: 's3:GetObject', resource: objectArn(bucket, key) });
  if (headers['x-amz-tagging']) needed.push({ action: 's3:PutObjectTagging', resource: objectArn(bucket, key) });
  return needed;
}

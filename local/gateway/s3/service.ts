/** S3: objects in the backend, with what the backend leaves out: checksums, conditions, tags, and one event per object created. */
import type { AccountModel, GatewayHooks } from '../../contracts.ts';
import { parseObjectPath } from '../../iam/s3-permissions.ts';
import { type Answer, AwsError, escapeXml, xml } from '../answer.ts';
import type { Call, Service } from '../call.ts';
import type { Fauxqs } from '../fauxqs.ts';
import { mayDo } from '../principals.ts';
import { uploadedBody } from './body.ts';
import { createObjectTags, type ObjectTags } from './tagging.ts';

type Reason = Parameters<GatewayHooks['objectCreated']>[0]['reason'];

export interface FormUpload {
  readonly bucket: string;
  readonly key: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface ObjectService extends Service {
  storeForm(upload: FormUpload): Answer;
  hasBucket(name: string): boolean;
}

const noBucket = (bucket: string) =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
const empty = Buffer.alloc(0);

const withPrefix = (entries: Iterable<readonly [string, string | undefined]>, prefix: string) =>
  Object.fromEntries(
    [...entries].flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
    ),
  );

/** Headers that are stored with the object. */
function systemMetadata(get: (name: string) => string | undefined): Record<string, string> {
  const encoding = get('content-encoding')
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked')
    .join(',');
  const found = {
    contentLanguage: get('content-language'),
    contentDisposition: get('content-disposition'),
    cacheControl: get('cache-control'),
    contentEncoding: encoding || undefined,
  };
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Keys that a DeleteObjects body names. */
export function keysToDelete(body: Buffer): string[] {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return [...body.toString().matchAll(/<Key>(.*?)<\/Key>/gs)].map(([, key = '']) =>
    key.replace(/&(amp|lt|gt|quot|apos);/g, (all, name: string) => entities[name] ?? all),
  );
}

/** What the operations work on. */
interface Store {
  readonly fauxqs: Fauxqs;
  readonly hooks: GatewayHooks;
  readonly tags: ObjectTags;
}

export function createObjectService(
  model: AccountModel,
  hooks: GatewayHooks,
  fauxqs: Fauxqs,
  dataDir?: string,
): ObjectService {
  const store: Store = { fauxqs, hooks, tags: createObjectTags(dataDir) };
  const { s3 } = fauxqs;
  for (const { ref } of model.ofType('AWS::S3::Bucket')) if (!s3.hasBucket(ref)) s3.createBucket(ref);
  return {
    hasBucket: (name) => s3.hasBucket(name),
    handle: (call) => handle(store, call),
    storeForm: (upload) => storeForm(store, upload),
  };
}

async function handle(store: Store, call: Call): Promise<Answer> {
  const { fauxqs, tags } = store;
  const { bucket, key } = parseObjectPath(call.path);
  if (bucket && !fauxqs.s3.hasBucket(bucket)) throw noBucket(bucket);
  switch (call.operation) {
    case 'PutObject':
      return putObject(store, call);
    case 'CopyObject':
    case 'CompleteMultipartUpload': {
      const answer = await fauxqs.send(call);
      if (answer.status === 200) tellCreated(store, bucket, key, call.operation);
      return answer;
    }
    case 'GetObjectTagging':
    case 'PutObjectTagging':
    case 'DeleteObjectTagging':
      return tagging(call, tags, fauxqs.s3);
    case 'GetObject':
    case 'HeadObject':
      return hideAbsence(call, overrideHeaders(call, await fauxqs.send(call)));
    case 'DeleteObject':
      tags.remove(bucket, key);
      return await fauxqs.send(call);
    case 'CreateBucket':
    case 'DeleteBucket':
      throw new AwsError('NotImplemented', 'buckets of the local account come from the template', 501);
    default:
      return await fauxqs.send(call);
  }
}

function tellCreated({ fauxqs, hooks }: Store, bucket: string, key: string, reason: Reason): void {
  const { contentLength, etag } = fauxqs.s3.headObject(bucket, key);
  hooks.objectCreated({ bucket, key, size: contentLength, etag: etag.replaceAll('"', ''), reason });
}

function putObject(store: Store, call: Call): Answer {
  const { s3 } = store.fauxqs;
  const { headers, path } = call;
  const { bucket, key } = parseObjectPath(path);
  const { body, checksum } = uploadedBody(call);
  if (headers['if-none-match'] === '*' && hasObject(s3, bucket, key)) {
    const details = { Condition: 'If-None-Match' };
    throw new AwsError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
      details,
    );
  }
  const { etag } = s3.putObject(
    bucket,
    key,
    body,
    headers['content-type'] ?? 'binary/octet-stream',
    withPrefix(Object.entries(headers), 'x-amz-meta-'),
    systemMetadata((name) => headers[name]),
    checksum ? { ...checksum, type: 'FULL_OBJECT' } : undefined,
  );
  store.tags.replace(bucket, key, headers['x-amz-tagging']);
  tellCreated(store, bucket, key, 'PutObject');
  const sum = checksum ? { [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value } : {};
  return { status: 200, headers: { etag, ...sum }, body: empty };
}

function storeForm(store: Store, { bucket, key, fields, body }: FormUpload): Answer {
  const get = (name: string) => fields.get(name);
  const { etag } = store.fauxqs.s3.putObject(
    bucket,
    key,
    body,
    get('content-type') ?? 'binary/octet-stream',
    withPrefix(fields, 'x-amz-meta-'),
    systemMetadata(get),
  );
  store.tags.replace(bucket, key, undefined);
  tellCreated(store, bucket, key, 'PostObject');
  return formAnswer(bucket, key, etag, fields);
}

function hasObject(s3: Fauxqs['s3'], bucket: string, key: string): boolean {
  try {
    return s3.headObject(bucket, key).key === key;
  } catch {
    return false;
  }
}

function tagging({ operation, path, payload }: Call, tags: ObjectTags, s3: Fauxqs['s3']): Answer {
  const { bucket, key } = parseObjectPath(path);
  if (!hasObject(s3, bucket, key)) {
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
  }
  if (operation === 'GetObjectTagging') return tags.get(bucket, key);
  return operation === 'PutObjectTagging' ? tags.put(bucket, key, payload.toString()) : tags.remove(bucket, key);
}

/** `response-content-disposition=…` in a presigned URL sets the header of the answer. */
function overrideHeaders({ query }: Call, answer: Answer): Answer {
  const overrides = [...query]
    .filter(([name]) => name.startsWith('response-'))
    .map(([name, value]) => [name.slice('response-'.length), value] as const);
  return overrides.length > 0 && answer.status < 300
    ? { ...answer, headers: { ...answer.headers, ...Object.fromEntries(overrides) } }
    : answer;
}

/** Who may not list a bucket is not told which objects it lacks. */
function hideAbsence({ path, caller }: Call, answer: Answer): Answer {
  if (answer.status !== 404) return answer;
  const { bucket } = parseObjectPath(path);
  if (mayDo(caller, { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` })) return answer;
  throw new AwsError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::${bucket} because no identity-based policy allows the s3:ListBucket action`,
    403,
  );
}

function formAnswer(bucket: string, key: string, etag: string, fields: ReadonlyMap<string, string>): Answer {
  const location = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const redirect = fields.get('success_action_redirect');
  if (redirect && URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) target.searchParams.set(name, value);
    return { status: 303, headers: { location: target.href, etag }, body: empty };
  }
  const wanted = fields.get('success_action_status');
  if (wanted !== '201') return { status: wanted === '200' ? 200 : 204, headers: { location, etag }, body: empty };
  const elements = { Location: location, Bucket: bucket, Key: key, ETag: etag };
  const inner = Object.entries(elements).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return xml(`<PostResponse>${inner.join('')}</PostResponse>`, { status: 201, headers: { location, etag } });
}

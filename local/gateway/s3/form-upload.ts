/** A browser's upload by presigned POST: signature, policy and the signer's rights first, then the file, and only then the store. */
import { AwsError } from '../answer.ts';
import { parseCredential, type SignedScope, verifyPolicySignature } from '../signature.ts';
import { boundaryOf, readForm, type UploadForm } from './form.ts';
import { checkPolicy, collectFile, type PostPolicy } from './post-policy.ts';

export interface CheckedForm {
  readonly scope: SignedScope;
  readonly key: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly limits: PostPolicy;
  readonly form: UploadForm;
}

export const isFormUpload = (method: string | undefined, contentType: string | undefined): boolean =>
  method === 'POST' && /^multipart\/form-data/i.test(contentType ?? '');

export async function readUploadForm(stream: AsyncIterable<Buffer>, contentType: string): Promise<UploadForm> {
  const boundary = boundaryOf(contentType);
  if (!boundary) throw new AwsError('MalformedPOSTRequest', 'The form has no boundary.');
  return await readForm(stream, boundary);
}

/** Who signed the form's policy. @throws AwsError for a form that nobody signed. */
export function scopeOfForm({ fields }: UploadForm): SignedScope {
  const credential = parseCredential(fields.get('x-amz-credential') ?? '');
  const signature = fields.get('x-amz-signature');
  if (!credential || !signature || !fields.get('policy'))
    throw new AwsError('AccessDenied', 'Access Denied: the form is not signed', 403);
  return { ...credential, signature, signedHeaders: [], time: fields.get('x-amz-date') ?? '' };
}

export function checkForm(
  form: UploadForm,
  scope: SignedScope,
  bucket: string,
  secret: string,
  now: number,
): CheckedForm {
  const policy = form.fields.get('policy') ?? '';
  verifyPolicySignature(policy, scope, secret);
  const named = form.fields.get('key');
  if (!named) throw new AwsError('InvalidArgument', "Bucket POST must contain a field named 'key'.");
  const key = named.replaceAll(`\${filename}`, form.fileName);
  const fields = new Map([...form.fields, ['key', key], ['bucket', bucket]]);
  return { scope, key, fields, limits: checkPolicy(policy, fields, now), form };
}

export const fileOf = ({ form, limits }: CheckedForm): Promise<Buffer> => collectFile(form.file(), limits);

/** The policy of a presigned POST: what the form and the file must be. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
import * as z from 'zod';
import { AwsError } from '../answer.ts';

const scalar = z.union([z.string(), z.number()]).transform(String);
const policySchema = z.object({
  expiration: z.iso.datetime(),
  conditions: z.array(
    z.union([
      z.tuple([z.literal('content-length-range'), z.coerce.number(), z.coerce.number()]),
      z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), scalar]),
      z.record(z.string(), scalar),
    ]),
  ),
});

export interface PostPolicy {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Fields that no condition has to name. */
const exempt = new Set(['policy', 'x-amz-signature', 'file']);
/** S3's own limit for one upload. */
const largestBytes = 5 * 1024 ** 3;

const refused = (detail: string) => new AwsError('AccessDenied', `Invalid according to Policy: ${detail}`, 403);

function decode(policy: string): z.output<typeof policySchema> {
  try {
    return policySchema.parse(JSON.parse(Buffer.from(policy, 'base64').toString()));
  } catch {
    throw new AwsError('InvalidPolicyDocument', 'Invalid Policy: the document is not understood.');
  }
}

/**
 * `fields` by lower-case name, `key` with its file name filled in and `bucket` of the address.
 * @throws AwsError when the policy has expired, a condition fails, or a field is not covered.
 */
export function checkPolicy(policy: string, fields: ReadonlyMap<string, string>, now: number): PostPolicy {
  const { expiration, conditions } = decode(policy);
  if (now > Date.parse(expiration)) throw refused('Policy expired.');
  const covered = new Set<string>();
  let range: PostPolicy = { minBytes: 0, maxBytes: largestBytes };
  const expect = (operator: 'eq' | 'starts-with', name: string, wanted: string) => {
    const field = name.toLowerCase();
    const value = fields.get(field);
    covered.add(field);
    const holds = operator === 'eq' ? value === wanted : value?.startsWith(wanted);
    if (!holds) throw refused(`Policy Condition failed: ${JSON.stringify([operator, `$${name}`, wanted])}`);
  };
  for (const condition of conditions) {
    if (!Array.isArray(condition)) for (const [name, wanted] of Object.entries(condition)) expect('eq', name, wanted);
    else if (condition[0] === 'content-length-range') range = { minBytes: condition[1], maxBytes: condition[2] };
    else expect(condition[0], condition[1].slice(1), condition[2]);
  }
  const extra = [...fields.keys()].filter(
    (name) => !covered.has(name) && !exempt.has(name) && !name.startsWith('x-ignore-') && name !== 'bucket',
  );
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`);
  return range;
}

/** Collects the file while it comes, and stops at the first byte too many. */
export async function collectFile(file: AsyncIterable<Buffer>, { minBytes, maxBytes }: PostPolicy): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of file) {
    size += chunk.length;
    if (size > maxBytes) {
      const details = { ProposedSize: String(size), MaxSizeAllowed: String(maxBytes) };
      throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, details);
    }
    chunks.push(chunk);
  }
  if (size < minBytes) {
    const details = { ProposedSize: String(size), MinSizeAllowed: String(minBytes) };
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, details);
  }
  return Buffer.concat(chunks);
}

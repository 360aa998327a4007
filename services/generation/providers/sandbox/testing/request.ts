/** Requests to the sandbox for tests, and what it made of them. */
import { jpeg } from '../../../test/images.ts';
import type { InlineFile, ProviderRequest, TaskState } from '../../provider.ts';
import { sandbox } from '../../sandbox.ts';

type Output = ProviderRequest['tool']['output'];

export const request = async (
  id: string,
  params: Record<string, unknown> = {},
  { output = 'image' as Output, model = 'sandbox-1', attempt = 1, input = jpeg, type = 'image/jpeg' } = {},
): Promise<ProviderRequest> => ({
  jobId: 'gen_1',
  app: 'sparky',
  attempt,
  tool: { id, type: 'FILTER', output },
  model,
  params,
  worded: params,
  instruction: JSON.stringify(params),
  inputs: [{ contentType: type, bytes: await input(), url: 'https://example.invalid/1' }],
  callbackUrl: 'https://example.invalid/told',
  signal: new AbortController().signal,
});
/** What was made, in memory. */
export const filesOf = (answer: { status: string } | TaskState): InlineFile[] => {
  if (!('files' in answer)) throw new Error(`it is ${answer.status}`);
  return answer.files.flatMap((file) => ('bytes' in file ? [file] : []));
};
export const run = async (made: ProviderRequest): Promise<InlineFile> => {
  const [file] = filesOf(await sandbox.start(made));
  if (!file) throw new Error('no file');
  return file;
};
export const jsonOf = ({ bytes }: InlineFile): unknown => JSON.parse(Buffer.from(bytes).toString());

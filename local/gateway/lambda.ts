/** Lambda's Invoke. */
import type { AccountModel, GatewayHooks } from '../contracts.ts';
import { invokedFunction } from '../iam/permissions.ts';
import { type Answer, AwsError } from './answer.ts';
import type { Call, Service } from './call.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxBytes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 } as const;

const answer = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer = Buffer.alloc(0),
): Answer => ({
  status,
  headers,
  body,
});

function checkPayload(payload: Buffer, mode: keyof typeof maxBytes): void {
  if (payload.length > maxBytes[mode]) {
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${maxBytes[mode]} bytes for the InvokeFunction operation`,
      413,
    );
  }
  try {
    if (payload.length > 0) JSON.parse(payload.toString());
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.');
  }
}

export function createLambdaService(model: AccountModel, hooks: GatewayHooks, log: (line: string) => void): Service {
  const known = new Set(model.ofType('AWS::Lambda::Function').map(({ ref }) => ref));

  async function invoke({ path, query, headers, payload }: Call): Promise<Answer> {
    const { name } = invokedFunction(path, query);
    if (!known.has(name)) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Function not found: arn:aws:lambda:${model.region}:${model.accountId}:function:${name}`,
        404,
      );
    }
    const mode = headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (mode === 'DryRun') return answer(204);
    if (mode !== 'RequestResponse' && mode !== 'Event')
      throw new AwsError('InvalidParameterValueException', `InvocationType ${mode} is not valid`);
    checkPayload(payload, mode);
    if (mode === 'Event') {
      // Lambda answers when it has taken the event; how it ends is told to nobody.
      hooks
        .invoke(name, payload, mode)
        .catch((error: unknown) => log(`the asynchronous invocation of ${name} failed: ${String(error)}`));
      return answer(202);
    }
    const result = await hooks.invoke(name, payload, mode);
    return answer(
      200,
      {
        'content-type': 'application/json',
        'x-amz-executed-version': '$LATEST',
        ...(result.functionError ? { 'x-amz-function-error': result.functionError } : {}),
        // Log lines go to the account's own log, not into answers.
        ...(headers['x-amz-log-type'] === 'Tail' ? { 'x-amz-log-result': '' } : {}),
      },
      result.payload,
    );
  }

  return {
    handle: (call) => {
      if (call.operation === 'Invoke') return invoke(call);
      throw new AwsError('UnknownOperationException', 'the local Lambda knows Invoke only', 404);
    },
  };
}

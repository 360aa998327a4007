/** The authorizer of `$connect`: asked once per connection, answers with a policy and what later events carry of it. */
import * as z from 'zod';
import type { InvokeResult } from '../../contracts.ts';
import { isAllowed } from '../../iam/index.ts';
import { readPolicy } from '../../template/index.ts';
import { type Authorization, headerOf, type UpgradeRequest } from './event.ts';
import type { Authorizer } from './model.ts';

export type Verdict =
  | { readonly allowed: true; readonly authorization: Authorization }
  | { readonly allowed: false; readonly status: 401 | 403 | 500; readonly message: string };

const answerSchema = z.object({
  principalId: z.string(),
  policyDocument: z.unknown(),
  // No lists and no objects: an answer with one fails whole.
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const answerLimitBytes = 8 * 1024;

const failed: Verdict = { allowed: false, status: 500, message: 'Internal server error' };
export const unauthorized: Verdict = { allowed: false, status: 401, message: 'Unauthorized' };
const refused: Verdict = { allowed: false, status: 403, message: 'User is not authorized to access this resource' };

function identityOf(expression: string, request: UpgradeRequest): string | undefined {
  const [, kind, name = ''] = /^route\.request\.(header|querystring)\.(.+)$/.exec(expression) ?? [];
  return kind === 'header' ? headerOf(request, name) : (new URLSearchParams(request.query).get(name) ?? undefined);
}

/** Whether every identity source is there; else the authorizer is not asked. */
export const isIdentified = ({ identitySources }: Authorizer, request: UpgradeRequest): boolean =>
  identitySources.every((expression) => Boolean(identityOf(expression, request)));

function errorMessageOf(payload: Buffer): unknown {
  return (JSON.parse(payload.toString()) as { errorMessage?: unknown } | null)?.errorMessage;
}

/** Later events carry the context as text. */
export function readVerdict({ payload, functionError }: InvokeResult, methodArn: string, latencyMs: number): Verdict {
  // The one error that means something: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
  if (functionError) return errorMessageOf(payload) === 'Unauthorized' ? unauthorized : failed;
  if (payload.length > answerLimitBytes) return failed;
  const answer = answerSchema.safeParse(JSON.parse(payload.toString()));
  if (!answer.success) return failed;
  const { principalId, policyDocument, context } = answer.data;
  try {
    const statements = readPolicy(policyDocument, 'the policy of the authorizer');
    if (!isAllowed(statements, { action: 'execute-api:Invoke', resource: methodArn })) return refused;
  } catch {
    return failed;
  }
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)] as const);
  return {
    allowed: true,
    authorization: { ...Object.fromEntries(texts), principalId, integrationLatency: Math.round(latencyMs) },
  };
}

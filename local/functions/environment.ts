/** The environment of one function: the template's own variables and those that Lambda itself sets, nothing of this process. */
import type { Credentials, FunctionModel } from '../contracts.ts';

export interface EnvironmentSource {
  readonly region: string;
  readonly endpointUrl: string;
  readonly credentials: Credentials;
}

/** Lambda refuses a function whose template sets one of these, except the trace header that we never set. */
const reserved = new Set(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_LAMBDA_FUNCTION_NAME']);

export function functionEnvironment(fn: FunctionModel, source: EnvironmentSource): Record<string, string> {
  for (const name of Object.keys(fn.environment)) {
    if (reserved.has(name)) throw new Error(`${fn.logicalId} (${fn.stack}) sets ${name}, which Lambda reserves`);
  }
  return {
    ...fn.environment,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: source.region,
    AWS_DEFAULT_REGION: source.region,
    AWS_ACCESS_KEY_ID: source.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: source.credentials.secretAccessKey,
    AWS_ENDPOINT_URL: source.endpointUrl,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${fn.logicalId}`,
  };
}

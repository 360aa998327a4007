/** Structured logs, one JSON object a line. Level and service name come from the function's POWERTOOLS_ variables. */
import { Logger } from '@aws-lambda-powertools/logger';

export type { Logger } from '@aws-lambda-powertools/logger';

export const createLogger = (service: string): Logger => new Logger({ serviceName: service });

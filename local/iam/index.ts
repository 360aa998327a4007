/** IAM's part of the account: what a request needs and whether policies allow it. Pure. */
export { checkStatements, evaluate, isAllowed, type Permission, type Verdict } from './evaluate.ts';
export { requiredPermissions } from './permissions.ts';
export type { ResourceNames, ServiceRequest } from './request.ts';

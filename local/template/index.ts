/** The template loader: from the CDK's output to the model of an account. */
export { functions } from './functions.ts';
export { createModel, loadModel, parseStack } from './model.ts';
export { readPolicy, rolePolicies } from './role-policies.ts';

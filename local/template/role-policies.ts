/** What a role may do: the statements of every policy the template attaches to it. */
import * as z from 'zod';
import type { AccountModel, PolicyStatement } from '../contracts.ts';

const strings = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: strings.optional(),
  NotAction: strings.optional(),
  Resource: strings.optional(),
  NotResource: strings.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

const documentSchema = z.object({
  Version: z.string().optional(),
  Statement: z.union([z.array(statementSchema), statementSchema.transform((statement) => [statement])]),
});

const roleSchema = z.object({
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.object({ PolicyDocument: documentSchema })).default([]),
});
const attachedSchema = z.object({ PolicyDocument: documentSchema, Roles: z.array(z.string()).default([]) });

/** AWS's own policies that roles here may use. */
const awsManaged: Readonly<Record<string, readonly PolicyStatement[]>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': [
    {
      effect: 'Allow',
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: ['*'],
    },
  ],
};

function toStatements(document: z.output<typeof documentSchema>): PolicyStatement[] {
  return document.Statement.map(({ Effect, Action, NotAction, Resource, NotResource, Condition }) => ({
    effect: Effect,
    actions: Action ?? [],
    resources: Resource ?? [],
    ...(NotAction ? { notActions: NotAction } : {}),
    ...(NotResource ? { notResources: NotResource } : {}),
    ...(Condition ? { conditions: Condition } : {}),
  }));
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Error(`${where} is not understood:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The statements of one policy document. @throws Error when it is none; `where` names it. */
export function readPolicy(document: unknown, where: string): PolicyStatement[] {
  return toStatements(parse(documentSchema, document, where));
}

/** @throws Error when the role, or a managed policy it names, is not known. */
export function rolePolicies(model: AccountModel, roleArn: string): PolicyStatement[] {
  const role = model.byArn(roleArn);
  if (role?.type !== 'AWS::IAM::Role') throw new Error(`no stack has the role ${roleArn}`);
  const where = `${role.stack}/${role.logicalId}`;
  const { Policies, ManagedPolicyArns } = parse(roleSchema, role.properties, where);
  const inline = Policies.flatMap(({ PolicyDocument }) => toStatements(PolicyDocument));
  const managed = ManagedPolicyArns.flatMap((arn) => managedPolicy(model, arn, where));
  const attached = [...model.ofType('AWS::IAM::Policy'), ...model.ofType('AWS::IAM::ManagedPolicy')].flatMap(
    (resource) => {
      if (ManagedPolicyArns.includes(resource.arn)) return [];
      const { PolicyDocument, Roles } = parse(
        attachedSchema,
        resource.properties,
        `${resource.stack}/${resource.logicalId}`,
      );
      return Roles.includes(role.ref) ? toStatements(PolicyDocument) : [];
    },
  );
  return [...inline, ...managed, ...attached];
}

function managedPolicy(model: AccountModel, arn: string, where: string): readonly PolicyStatement[] {
  const own = model.byArn(arn);
  if (own) return toStatements(parse(attachedSchema, own.properties, `${own.stack}/${own.logicalId}`).PolicyDocument);
  const known = awsManaged[arn];
  if (!known) throw new Error(`${where}: the local account does not know the managed policy ${arn}`);
  return known;
}

/** Which permissions an AWS request needs: each action with the ARN it acts on, as the service's authorization reference lists them. */
import { dynamodbPermissions } from './dynamodb-permissions.ts';
import type { Permission } from './evaluate.ts';
import { arnOf, listOf, type ResourceNames, recordOf, type ServiceRequest, textOf } from './request.ts';
import { s3Permissions } from './s3-permissions.ts';

/** Moving messages needs what receiving, deleting and sending them one by one does. */
function moveTaskPermissions({ operation, body }: ServiceRequest): Permission[] {
  const source = textOf(body.SourceArn);
  const onSource =
    operation === 'StartMessageMoveTask' ? ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'] : [];
  const destination = textOf(body.DestinationArn);
  return [
    ...[operation, ...onSource].map((action) => ({ action: `sqs:${action}`, resource: source })),
    ...(destination ? [{ action: 'sqs:SendMessage', resource: destination }] : []),
  ];
}

function sqsPermissions(request: ServiceRequest, names: ResourceNames): Permission[] {
  const { operation, body } = request;
  if (operation === 'StartMessageMoveTask' || operation === 'ListMessageMoveTasks') return moveTaskPermissions(request);
  const queue = textOf(body.QueueName) || (textOf(body.QueueUrl).split('/').pop() ?? '');
  const resource = operation === 'ListQueues' ? '*' : arnOf(names, 'sqs', queue);
  // A batch needs what one message needs.
  return [{ action: `sqs:${operation.replace(/Batch$/, '')}`, resource }];
}

export const busName = (bus: unknown): string => (textOf(bus) || 'default').replace(/^arn:.*:event-bus\//, '');

function eventsPermissions({ operation, body }: ServiceRequest, names: ResourceNames): Permission[] {
  if (operation !== 'PutEvents') return [{ action: `events:${operation}`, resource: '*' }];
  return listOf(body.Entries).map((item) => {
    const entry = recordOf(item);
    return {
      action: 'events:PutEvents',
      resource: arnOf(names, 'events', `event-bus/${busName(entry.EventBusName)}`),
      context: { 'events:source': textOf(entry.Source), 'events:detail-type': textOf(entry.DetailType) },
    };
  });
}

/** Function name of an Invoke, which may be given as a name, a partial ARN or an ARN, each with a qualifier. */
export function invokedFunction(path: string, query: URLSearchParams): { name: string; qualifier: string | undefined } {
  const [, given = ''] = /^\/2015-03-31\/functions\/(.+)\/invocations$/.exec(path) ?? [];
  const [name = '', qualifier] = given.replace(/^.*:?function:/, '').split(':');
  return { name, qualifier: query.get('Qualifier') ?? qualifier };
}

function lambdaPermissions({ operation, path, query }: ServiceRequest, names: ResourceNames): Permission[] {
  if (operation !== 'Invoke') return [{ action: `lambda:${operation}`, resource: '*' }];
  const { name, qualifier } = invokedFunction(path, query);
  const resource = arnOf(names, 'lambda', `function:${name}${qualifier ? `:${qualifier}` : ''}`);
  return [{ action: 'lambda:InvokeFunction', resource }];
}

function secretPermissions({ operation, body }: ServiceRequest, names: ResourceNames): Permission[] {
  const id = textOf(body.SecretId);
  // An unknown secret is asked for under a name with any ending, so that its absence is told only to who may read it.
  const resource = id
    ? (names.secretArn(id) ?? (id.startsWith('arn:') ? id : arnOf(names, 'secretsmanager', `secret:${id}-??????`)))
    : '*';
  return [{ action: `secretsmanager:${operation}`, resource }];
}

function parameterPermissions({ operation, body }: ServiceRequest, names: ResourceNames): Permission[] {
  const given = [body.Name, body.Path, ...listOf(body.Names)].map(textOf).filter(Boolean);
  const arns = given.map((name) =>
    name.startsWith('arn:') ? name : arnOf(names, 'ssm', `parameter/${name.replace(/^\//, '')}`),
  );
  return (arns.length > 0 ? arns : ['*']).map((resource) => ({ action: `ssm:${operation}`, resource }));
}

/** What a path of `@connections` names; the API comes first where several share one address, as they do here. */
export function connectionPath(path: string): { api?: string; stage: string; connectionId: string } | undefined {
  const [, api, stage, connectionId] = /^(?:\/([^/]+))?\/([^/]+)\/@connections\/([^/]+)$/.exec(path) ?? [];
  return stage && connectionId ? { ...(api ? { api } : {}), stage, connectionId } : undefined;
}

function connectionPermissions({ path }: ServiceRequest, method: string, names: ResourceNames): Permission[] {
  const { api = names.webSocketApiId ?? '*', stage = '*', connectionId = '*' } = connectionPath(path) ?? {};
  const resource = arnOf(names, 'execute-api', `${api}/${stage}/${method}/@connections/${connectionId}`);
  return [{ action: 'execute-api:ManageConnections', resource }];
}

/**
 * Everything the caller must be allowed for this request.
 * `bodyKeys` are the object keys that an S3 body names.
 */
export function requiredPermissions(
  request: ServiceRequest & { readonly method: string },
  names: ResourceNames,
  bodyKeys: readonly string[] = [],
): Permission[] {
  switch (request.service) {
    case 'dynamodb':
      return dynamodbPermissions(request, names);
    case 'sqs':
      return sqsPermissions(request, names);
    case 's3':
      return s3Permissions(request, bodyKeys);
    case 'events':
      return eventsPermissions(request, names);
    case 'lambda':
      return lambdaPermissions(request, names);
    case 'secretsmanager':
      return secretPermissions(request, names);
    case 'ssm':
      return parameterPermissions(request, names);
    case 'execute-api':
      return connectionPermissions(request, request.method, names);
    default:
      return [{ action: `${request.service}:${request.operation}`, resource: '*' }];
  }
}

/** Small servers for the doctor's tests: AWS as far as it is asked, and whatever else answers over HTTP. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answered {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const opened: Server[] = [];

/** Ends every server that was started. */
export const closeServers = async (): Promise<void> => {
  await Promise.all(
    opened.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** Answers its address. */
export const serve = async (answer: (asked: Asked) => Answered): Promise<string> => {
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const {
      status = 200,
      type = 'application/json',
      body,
    } = answer({ method, path, headers, body: await bodyOf(request) });
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

export interface AwsAccount {
  readonly stacks: Readonly<
    Record<string, { readonly status: string; readonly outputs: Readonly<Record<string, string>> }>
  >;
  readonly subscriptions: readonly { readonly topic: string; readonly endpoint: string; readonly arn: string }[];
  readonly concurrency: number;
  readonly secrets: Readonly<Record<string, string>>;
  /** In place of knowing the caller. */
  readonly refuses?: boolean;
}

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;
const xml = (body: string): Answered => ({ type: 'text/xml', body });
const xmlError = (code: string, message: string): Answered => ({
  status: 400,
  type: 'text/xml',
  body: element('ErrorResponse', element('Error', element('Code', code) + element('Message', message))),
});

const query = ({ stacks, subscriptions }: AwsAccount, form: URLSearchParams): Answered => {
  const name = form.get('StackName') ?? '';
  switch (form.get('Action')) {
    case 'GetCallerIdentity':
      return xml(element('Arn', 'arn:aws:iam::123456789012:user/operator') + element('Account', '123456789012'));
    case 'DescribeStacks': {
      const stack = stacks[name];
      if (!stack) return xmlError('ValidationError', `Stack with id ${name} does not exist`);
      const outputs = Object.entries(stack.outputs).map(([key, value]) =>
        element('member', element('OutputKey', key) + element('OutputValue', value)),
      );
      return xml(element('member', element('StackStatus', stack.status) + element('Outputs', outputs.join(''))));
    }
    case 'ListSubscriptions': {
      // Two pages, as many accounts have.
      const page = form.get('NextToken') === null ? subscriptions.slice(0, 1) : subscriptions.slice(1);
      const members = page.map(({ topic, endpoint, arn }) =>
        element('member', element('TopicArn', topic) + element('SubscriptionArn', arn) + element('Endpoint', endpoint)),
      );
      const more = form.get('NextToken') === null && subscriptions.length > 1 ? element('NextToken', 'more&amp;') : '';
      return xml(element('Subscriptions', members.join('')) + more);
    }
    default:
      return xmlError('InvalidAction', 'unknown');
  }
};

const isSigned = ({ headers: { authorization } }: Asked): boolean =>
  /^AWS4-HMAC-SHA256 Credential=\w+\/\d{8}\/eu-west-1\/\w+\/aws4_request, SignedHeaders=[\w;-]+, Signature=[0-9a-f]{64}$/.test(
    authorization ?? '',
  );

/** STS, CloudFormation, SNS, Lambda's settings and Secrets Manager of one account, at one address. */
export const serveAws = (account: AwsAccount): Promise<string> =>
  serve((asked) => {
    if (account.refuses || !isSigned(asked)) return xmlError('InvalidClientTokenId', 'The security token is invalid.');
    if (asked.path.startsWith('/2016-08-19/account-settings'))
      return { body: JSON.stringify({ AccountLimit: { ConcurrentExecutions: account.concurrency } }) };
    if (asked.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return query(account, new URLSearchParams(asked.body));
    const { SecretId } = JSON.parse(asked.body) as { SecretId: string };
    const SecretString = account.secrets[SecretId];
    if (SecretString !== undefined)
      return { type: 'application/x-amz-json-1.1', body: JSON.stringify({ SecretString }) };
    return {
      status: 400,
      type: 'application/x-amz-json-1.1',
      body: '{"__type":"ResourceNotFoundException","message":"none"}',
    };
  });

/** The HTTP side of API Gateway's connections, which answers as it is told: the real client talks to it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';

export type Answer = number | 'nothing' | 'reset';

const names: Readonly<Record<number, string>> = {
  403: 'ForbiddenException',
  410: 'GoneException',
  413: 'PayloadTooLargeException',
  429: 'LimitExceededException',
};

export const startConnectionsServer = async () => {
  const requests: string[] = [];
  /** One after the other; the last one for good. */
  let answers: readonly Answer[] = [200];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')} ${Buffer.concat(chunks)}`.trim());
    if (answer === 'reset') request.socket.destroy();
    if (typeof answer !== 'number') return;
    response.writeHead(answer, { 'x-amzn-errortype': names[answer] ?? 'InternalServerErrorException' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  const client = new ApiGatewayManagementApiClient({
    endpoint: `http://127.0.0.1:${address.port}/v1`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    client,
    requests,
    answer(...wanted: readonly Answer[]) {
      requests.length = 0;
      answers = wanted;
    },
    async close() {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

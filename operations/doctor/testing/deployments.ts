/** A deployment that is well, or ill in one way, and what a finding must say. */
import { expect } from '@jest/globals';
import { definitions } from '#apps';
import type { Finding } from '../check.ts';
import { openDeployment } from '../place.ts';
import { type AwsAccount, serveAws } from './servers.ts';

const well: AwsAccount = {
  stacks: {
    CDKToolkit: { status: 'UPDATE_COMPLETE', outputs: { BucketName: 'cdk-assets', BootstrapVersion: '28' } },
    TesseraPlatform: { status: 'CREATE_COMPLETE', outputs: { ApiUrl: 'https://api.invalid' } },
  },
  subscriptions: [
    { topic: 'arn:aws:sns:eu-west-1:123456789012:Others', endpoint: 'x@example.com', arn: 'PendingConfirmation' },
    {
      topic: 'arn:aws:sns:eu-west-1:123456789012:TesseraPlatform-Alarms7D-x1',
      endpoint: 'operators@example.com',
      arn: 'arn:aws:sns:eu-west-1:123456789012:TesseraPlatform-Alarms7D-x1:1',
    },
  ],
  concurrency: 1_000,
  secrets: {},
};

export const deploymentOf = async (more: Partial<AwsAccount> = {}) => {
  const endpoint = await serveAws({ ...well, ...more });
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
  return openDeployment(
    { endpoint, region: 'eu-west-1', credentials },
    { kind: 'aws', label: 'AWS', prefix: 'Tessera', api: undefined },
  );
};

export const appOf = (id: string) => {
  const app = definitions.find((definition) => definition.id === id);
  if (!app) throw new Error(`there is no app ${id}`);
  return app;
};

/** A remedy says something to do, and its commands can be copied. */
export const expectMendable = (finding: Finding, status: 'warning' | 'failed', detail: RegExp): void => {
  expect(finding).toMatchObject({ status, detail: expect.stringMatching(detail) });
  if (!('remedy' in finding)) throw new Error('nothing says how to mend it');
  expect(finding.remedy.say.length).toBeGreaterThan(15);
};

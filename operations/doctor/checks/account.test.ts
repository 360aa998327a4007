import { afterEach, describe, expect, test } from '@jest/globals';
import { runChecks } from '../check.ts';
import { deploymentOf, expectMendable } from '../testing/deployments.ts';
import { type AwsAccount, closeServers } from '../testing/servers.ts';
import { alarmsCheck, bootstrapCheck, concurrencyCheck, credentialsCheck, deployedCheck } from './account.ts';

afterEach(closeServers);

describe('the AWS account', () => {
  test('is well', async () => {
    const deployment = await deploymentOf();
    const checks = [credentialsCheck, bootstrapCheck, deployedCheck, concurrencyCheck, alarmsCheck];
    const found = await runChecks(
      checks.map((check) => check(deployment)),
      () => undefined,
    );
    expect(found.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      'AWS credentials: ok',
      'CDK bootstrap: ok',
      'stacks: ok',
      'Lambda concurrency: ok',
      'alarms reach somebody: ok',
    ]);
  });

  const subscribed = (arn: string) => [
    { topic: 'arn:aws:sns:eu-west-1:1:TesseraPlatform-AlarmsX', endpoint: 'o@example.com', arn },
  ];
  const stack = (name: string, status: string, outputs = {}) => ({ stacks: { [name]: { status, outputs } } });
  const ills: [string, typeof alarmsCheck, Partial<AwsAccount>, 'warning' | 'failed', RegExp][] = [
    ['refused credentials', credentialsCheck, { refuses: true }, 'failed', /InvalidClientTokenId/],
    ['no bootstrap', bootstrapCheck, { stacks: {} }, 'failed', /no stack CDKToolkit/],
    [
      'an old bootstrap',
      bootstrapCheck,
      stack('CDKToolkit', 'CREATE_COMPLETE', { BootstrapVersion: '5' }),
      'failed',
      /version 5/,
    ],
    ['nothing deployed', deployedCheck, { stacks: {} }, 'failed', /no stack TesseraPlatform/],
    [
      'a deployment that broke',
      deployedCheck,
      stack('TesseraPlatform', 'UPDATE_ROLLBACK_FAILED'),
      'failed',
      /ROLLBACK/,
    ],
    ['a new account’s quota', concurrencyCheck, { concurrency: 10 }, 'warning', /^10 functions/],
    ['alarms that nobody hears', alarmsCheck, { subscriptions: [] }, 'warning', /nobody/],
    [
      'a subscription that waits',
      alarmsCheck,
      { subscriptions: subscribed('PendingConfirmation') },
      'failed',
      /o@example\.com has not/,
    ],
  ];
  test.each(ills)('%s', async (_, check, account, status, detail) => {
    expectMendable(await check(await deploymentOf(account)).look(), status, detail);
  });
});

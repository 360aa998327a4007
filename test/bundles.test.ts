/**
 * Every function's bundle stays within its budget and holds only what it uses: size is cold-start time, and a package
 * that slips in is found here, not on a bill.
 */

import { globSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { build, type Metafile } from 'esbuild';

/** KB of minified code. A new entry gets the budget it needs, with a tenth to spare. */
const budgets: Readonly<Record<string, { readonly kb: number; readonly without: readonly string[] }>> = {
  'admin/handlers/api': { kb: 740, without: ['@aws-sdk/client-eventbridge', '@aws-sdk/client-s3', 'stripe'] },
  'admin/handlers/count-events': { kb: 660, without: ['@aws-sdk/client-sqs', 'stripe', '@middy/core'] },
  'admin/handlers/record-audit': { kb: 510, without: ['@aws-sdk/client-sqs', '@aws-sdk/client-lambda', '@middy/core'] },
  'analytics/handlers/on-user-deleted': { kb: 505, without: ['@aws-sdk/client-s3', '@middy/core'] },
  'analytics/handlers/transform': { kb: 520, without: ['@aws-sdk/client-s3', '@duckdb/node-api', '@middy/core'] },
  'identity/handlers/authorizer': { kb: 610, without: ['@aws-sdk/client-s3', '@middy/core'] },
  'identity/handlers/api': { kb: 920, without: ['@aws-sdk/client-eventbridge', 'jose'] },
  'identity/handlers/on-account-opened': { kb: 575, without: ['@aws-sdk/client-s3', '@middy/core'] },
  'identity/handlers/relay': { kb: 520, without: ['@aws-sdk/client-dynamodb', '@middy/core'] },
  'identity/handlers/socket-authorizer': { kb: 610, without: ['@aws-sdk/client-s3', '@middy/core'] },
  'identity/handlers/again-deletions': { kb: 565, without: ['@aws-sdk/client-s3', '@middy/core'] },
  'identity/handlers/on-export-part': { kb: 730, without: ['@aws-sdk/client-lambda', '@middy/core'] },
  'identity/handlers/on-export-requested': { kb: 815, without: ['@aws-sdk/client-sqs', '@middy/core'] },
  'identity/handlers/on-user-deleted': { kb: 660, without: ['@aws-sdk/client-dynamodb', '@middy/core'] },
  'billing/handlers/api': { kb: 1_270, without: ['@aws-sdk/client-eventbridge', '@aws-sdk/lib-storage'] },
  'billing/handlers/callbacks': { kb: 1_200, without: ['@aws-sdk/client-eventbridge', '@aws-sdk/lib-storage'] },
  'billing/handlers/check-due': { kb: 965, without: ['@aws-sdk/client-s3', '@aws-sdk/client-lambda', '@middy/core'] },
  'billing/handlers/on-callback': { kb: 1_240, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'billing/handlers/on-export-requested': { kb: 675, without: ['stripe', '@middy/core'] },
  'billing/handlers/on-top-up-requested': { kb: 1_005, without: ['@aws-sdk/client-s3', '@middy/core'] },
  'billing/handlers/on-user-deleted': { kb: 1_060, without: ['@aws-sdk/client-sqs', '@middy/core'] },
  'billing/handlers/project': { kb: 500, without: ['stripe', '@aws-sdk/client-s3', '@middy/core'] },
  'billing/handlers/relay': { kb: 445, without: ['stripe', '@aws-sdk/client-dynamodb', '@middy/core'] },
  'catalog/handlers/api': { kb: 695, without: ['@aws-sdk/client-eventbridge', '@aws-sdk/client-lambda'] },
  'catalog/handlers/definition': { kb: 600, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'catalog/handlers/relay': { kb: 440, without: ['@aws-sdk/client-dynamodb', '@middy/core'] },
  'credits/handlers/api': { kb: 770, without: ['@aws-sdk/client-eventbridge', '@aws-sdk/client-s3'] },
  'credits/handlers/hold': { kb: 670, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'credits/handlers/on-job-ended': { kb: 530, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'credits/handlers/on-job-refunded': { kb: 685, without: ['@aws-sdk/client-s3', 'stripe', '@middy/core'] },
  'credits/handlers/on-payment': { kb: 685, without: ['@aws-sdk/client-s3', 'stripe', '@middy/core'] },
  'credits/handlers/on-export-requested': { kb: 820, without: ['@aws-sdk/client-sqs', '@middy/core'] },
  'credits/handlers/on-user': { kb: 710, without: ['@aws-sdk/client-s3', '@middy/core'] },
  'credits/handlers/issue-daily': { kb: 680, without: ['@aws-sdk/client-sqs', '@middy/core'] },
  'credits/handlers/project': { kb: 640, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'credits/handlers/reset-daily': { kb: 675, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'credits/handlers/sweep-holds': { kb: 665, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'credits/handlers/relay': { kb: 440, without: ['@aws-sdk/client-dynamodb', '@middy/core'] },
  'generation/handlers/api': { kb: 1_065, without: ['@aws-sdk/client-eventbridge', 'file-type'] },
  'generation/handlers/archive-trail': { kb: 610, without: ['@aws-sdk/client-dynamodb', '@middy/core'] },
  'generation/handlers/follow': { kb: 2_470, without: ['@aws-sdk/s3-presigned-post', '@middy/core'] },
  'generation/handlers/job-status': { kb: 525, without: ['@aws-sdk/client-s3', '@aws-sdk/client-lambda'] },
  'generation/handlers/on-asset-removed': { kb: 600, without: ['@aws-sdk/client-dynamodb', '@middy/core'] },
  'generation/handlers/on-dead-job': { kb: 525, without: ['@aws-sdk/client-s3', '@aws-sdk/client-lambda'] },
  'generation/handlers/on-export-requested': { kb: 690, without: ['@aws-sdk/s3-presigned-post', '@middy/core'] },
  'generation/handlers/on-user-deleted': { kb: 730, without: ['@aws-sdk/s3-presigned-post', '@aws-sdk/client-lambda'] },
  'generation/handlers/on-upload': { kb: 775, without: ['@aws-sdk/s3-presigned-post', '@aws-sdk/client-lambda'] },
  'generation/handlers/project': { kb: 750, without: ['@aws-sdk/client-eventbridge', '@aws-sdk/client-lambda'] },
  'generation/handlers/provider-webhooks': { kb: 945, without: ['openai', '@google/genai'] },
  'generation/handlers/relay': { kb: 465, without: ['@aws-sdk/client-dynamodb', '@aws-sdk/client-s3'] },
  // The makers' clients are two thirds of it; each is evaluated when its provider is called first.
  'generation/handlers/work': { kb: 2_470, without: ['@aws-sdk/s3-presigned-post', '@middy/core'] },
  'notifications/handlers/api': {
    kb: 735,
    without: ['@aws-sdk/client-eventbridge', '@aws-sdk/client-apigatewaymanagementapi'],
  },
  'notifications/handlers/broadcast': { kb: 550, without: ['@aws-sdk/client-lambda', '@middy/core'] },
  'notifications/handlers/close-expired': { kb: 510, without: ['@aws-sdk/client-sqs', '@middy/core'] },
  'notifications/handlers/connect': { kb: 585, without: ['@aws-sdk/client-sqs', 'jose', '@middy/core'] },
  'notifications/handlers/disconnect': { kb: 475, without: ['@aws-sdk/client-apigatewaymanagementapi', '@middy/core'] },
  'notifications/handlers/fan-out': { kb: 620, without: ['@aws-sdk/client-lambda', 'stripe', '@middy/core'] },
  'notifications/handlers/message': { kb: 565, without: ['@aws-sdk/client-sqs', 'stripe', '@middy/core'] },
  'notifications/handlers/on-event': { kb: 670, without: ['@aws-sdk/client-sqs', 'stripe', '@middy/core'] },
  'notifications/handlers/on-export-requested': { kb: 665, without: ['@aws-sdk/client-lambda', '@middy/core'] },
  'notifications/handlers/on-member': { kb: 665, without: ['@aws-sdk/client-sqs', '@middy/core'] },
  'notifications/handlers/push': { kb: 630, without: ['@aws-sdk/client-lambda', 'stripe', '@middy/core'] },
  'notifications/handlers/relay': { kb: 440, without: ['@aws-sdk/client-dynamodb', '@middy/core'] },
  // Two thirds of it are the document.
  'reference/handlers/api': { kb: 576, without: ['@aws-sdk/client-dynamodb', '@aws-sdk/client-sqs', 'jose'] },
  'webhooks/handlers/api': { kb: 690, without: ['@aws-sdk/client-eventbridge', 'standardwebhooks'] },
  'webhooks/handlers/deliver': { kb: 591, without: ['@aws-sdk/client-eventbridge', '@middy/core'] },
  'webhooks/handlers/on-payment': { kb: 610, without: ['@aws-sdk/client-secrets-manager', 'stripe', '@middy/core'] },
  'webhooks/handlers/on-job-ended': { kb: 555, without: ['@aws-sdk/client-secrets-manager', '@middy/core'] },
};

type Output = Metafile['outputs'][string];

/** All entries in one build, which reads each source once; every bundle is still what it would be alone. */
const bundleAll = async (entries: readonly string[]): Promise<Map<string, Output>> => {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => `services/${entry}.ts`),
    outdir: 'bundles',
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: ['sharp'],
    logLevel: 'silent',
  });
  return new Map(
    Object.values(metafile.outputs).flatMap((output) =>
      output.entryPoint ? [[output.entryPoint.slice('services/'.length, -'.ts'.length), output] as const] : [],
    ),
  );
};

let bundles: Map<string, Output>;
beforeAll(async () => {
  bundles = await bundleAll(Object.keys(budgets));
}, 60_000);

test('every entry has a budget', () => {
  const entries = globSync('services/*/handlers/*.ts')
    .filter((file) => !file.endsWith('.test.ts') && /^export const handler\b/m.test(readFileSync(file, 'utf8')))
    .map((file) => file.slice('services/'.length, -'.ts'.length));
  expect(entries.toSorted()).toEqual(Object.keys(budgets).toSorted());
});

describe('bundles', () => {
  test.each(Object.entries(budgets))('%s', (entry, { kb, without }) => {
    const { bytes, inputs } = bundles.get(entry) ?? { bytes: Number.NaN, inputs: {} };
    const intruders = Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path)
      .filter((path) => without.some((name) => path.includes(`node_modules/${name}/`)));
    expect(intruders).toEqual([]);
    expect(Math.ceil(bytes / 1_024)).toBeLessThanOrEqual(kb);
  });
});

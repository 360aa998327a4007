/** I10: a function does what its role allows and nothing else, and what is refused says who wanted what of which. */
import { expect, test } from '@jest/globals';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { startStack } from './stack.ts';

const hold = 'services/credits/handlers/hold.ts';

test('I10 without its permission to write, the ledger refuses by name and no job runs free', async () => {
  const stack = await startStack({ removePermissions: [{ function: hold, action: 'dynamodb:PutItem' }] });
  try {
    const { api } = await stack.signUp();
    const { id } = await uploadAsset(api, await makePhoto());
    await stack.account.drain();
    // The account is opened by the API, whose role may; the hold is refused.
    expect((await api.get('/v1/credits')).status).toBe(200);
    const { status, headers, body } = await api.generate({
      tool: 'photo-filter',
      params: { filter: 'sepia' },
      inputs: [id],
    });
    expect([status, headers.get('retry-after') !== null]).toEqual([503, true]);
    expect(JSON.stringify(body)).not.toMatch(/AccessDenied|dynamodb|arn:/);
    // On a busy machine the answer comes before the ledger's own log.
    await stack.account.drain();
    const name = stack.account.functionName(hold);
    const refusal = stack.account.logs.all
      .map((log) => JSON.stringify(log))
      .find((line) => line.includes('AccessDenied'));
    expect(refusal).toContain(name);
    expect(refusal).toContain('dynamodb:PutItem');
    expect(refusal).toContain(`table/${stack.tables.credits}`);
    expect((await api.get('/v1/generations')).body).toMatchObject({ data: [] });
    expect((await api.get('/v1/credits')).body).toMatchObject({ available: 10, held: 0 });
  } finally {
    await stack.close();
  }
}, 60_000);

import { describe, expect, test } from '@jest/globals';
import { webhookMessage } from '../contracts.ts';
import { at, cancelled, endpointOf, failed, later, succeeded } from '../test/samples.ts';
import { maxRetired, type Rotation, rotated, signingVersions, wants } from './endpoint.ts';
import { generationMessage, pingMessage } from './message.ts';

describe('X9 what a receiver is told', () => {
  const about = { app: 'sparky', user: 'user-1', id: succeeded().data.jobId, tool: 'photo-filter' };
  test('of a completed generation: what it cost and made, and no URL', () => {
    const message = generationMessage(succeeded());
    expect(message).toEqual({
      type: 'generation.completed',
      timestamp: at,
      data: {
        ...about,
        status: 'completed',
        cost_credits: 2,
        outputs: [{ kind: 'image', content_type: 'image/png', bytes: 1_234 }],
      },
    });
    expect(JSON.stringify(message)).not.toContain('://');
  });
  test('I4 of a failed or cancelled one: that nothing was charged', () => {
    expect(generationMessage(failed())).toEqual({
      type: 'generation.failed',
      timestamp: at,
      data: {
        ...about,
        status: 'failed',
        cost_credits: 0,
        outputs: [],
        error: { reason: 'blocked', message: 'It was refused.' },
      },
    });
    expect(generationMessage(cancelled())).toEqual({
      type: 'generation.cancelled',
      timestamp: at,
      data: { ...about, status: 'cancelled', cost_credits: 0, outputs: [] },
    });
  });
  test('is what the contract says', () => {
    const messages = [
      ...[succeeded(), failed(), cancelled()].map(generationMessage),
      pingMessage('sparky', endpointOf().id, at),
    ];
    for (const message of messages) expect(webhookMessage.parse(message)).toEqual(message);
  });
});

describe('X9 an endpoint', () => {
  test('wants what it names, or everything, and nothing while it is off', () => {
    const only = endpointOf({ events: ['generation.failed'] });
    expect([wants(only, 'generation.failed'), wants(only, 'generation.completed')]).toEqual([true, false]);
    expect(wants(endpointOf(), 'generation.cancelled')).toBe(true);
    expect(wants(endpointOf({ active: false }), 'generation.failed')).toBe(false);
  });

  const rotate = (endpoint: ReturnType<typeof endpointOf>, now: string) => {
    const rotation = rotated(endpoint, now);
    return rotation === 'too-many' ? rotation : { ...endpoint, ...(rotation satisfies Rotation) };
  };
  test('signs by its old secret along with the new one, for a day', () => {
    const endpoint = rotate(endpointOf(), at);
    if (endpoint === 'too-many') throw new Error(endpoint);
    expect(signingVersions(endpoint, at)).toEqual([2, 1]);
    expect(signingVersions(endpoint, later(86_399))).toEqual([2, 1]);
    expect(signingVersions(endpoint, later(86_400))).toEqual([2]);
  });
  test('rotated twice, it signs by all three, so that no answer that was lost cuts a receiver off; but not without end', () => {
    let endpoint = endpointOf();
    for (let n = 0; n < maxRetired; n += 1) {
      const next = rotate(endpoint, later(n));
      if (next === 'too-many') throw new Error(next);
      endpoint = next;
    }
    expect(signingVersions(endpoint, later(10))).toEqual([5, 4, 3, 2, 1]);
    expect(rotate(endpoint, later(10))).toBe('too-many');
    expect(rotate(endpoint, later(86_401))).not.toBe('too-many');
  });
});

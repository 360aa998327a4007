/** What becomes of a run: credits held, work begun, and one of the ends that runs have. */
import { type AppDefinition, costOf, type Tool } from '#services/catalog/contracts.ts';
import type { HoldAnswer } from '#services/credits/contracts.ts';
import { holdCredits } from '#services/credits/handlers/hold-credits.ts';
import { type Job, jobStream } from '#services/generation/domain/job.ts';
import type { JobCommand, Speaker } from '#services/generation/domain/job-commands.ts';
import type { JobOutput, Usage } from '#services/generation/domain/job-events.ts';
import { derivedId } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import { catalog, silent, type Town } from './town.ts';

type Kind = 'success' | 'blocked' | 'transient' | 'next-model' | 'cancelled' | 'stuck';
/** How runs end, in a hundred. */
const ends: readonly (readonly [Kind, number])[] = [
  ['success', 84],
  ['transient', 5],
  ['next-model', 4],
  ['blocked', 3],
  ['cancelled', 3],
  ['stuck', 1],
];
const typicalWorkMs: Readonly<Record<Tool['output'], number>> = {
  text: 2_500,
  json: 4_000,
  image: 9_000,
  audio: 90_000,
  video: 150_000,
};
const typicalWaitMs = 900;
const pauseMs = 30_000;
/** Of requests that equal one of before. */
const repeats = 0.2;

interface Run {
  readonly owner: Owner;
  readonly id: string;
  readonly tool: Tool;
  readonly quote: number;
  readonly correlationId: string;
}

const paramsOf = ({ cost }: Tool, town: Town): Record<string, string> =>
  cost.kind === 'fixed' ? {} : { [cost.parameter]: town.random.pick(Object.keys(cost.credits)) };

const outputOf = ({ output }: Tool, id: string): JobOutput => ({
  kind: output,
  contentType: output === 'image' ? 'image/png' : 'application/octet-stream',
  bytes: 1_000 + id.charCodeAt(6),
  sha256: 'made up',
  key: `outputs/${id}`,
});

const kindOf = (roll: number): Kind => {
  let left = roll * 100;
  for (const [kind, share] of ends) {
    if (left < share) return kind;
    left -= share;
  }
  return 'success';
};

export const jobLife = (town: Town) => {
  const { agenda, random } = town;
  const hold = holdCredits({ handle: town.handleAccount, catalog, logger: silent, now: agenda.now });
  /** The newest completed job of a user's tool: an equal request is answered by it. */
  const kept = new Map<string, { readonly id: string; readonly until: number }>();

  const handle = async ({ owner, id, correlationId }: Run, command: JobCommand): Promise<Job> => {
    const meta = { actor: 'system:busy-week', correlationId };
    const handled = await town.handleJob(jobStream(owner, id), command, meta);
    if (!handled.accepted && handled.rejection !== 'job-finished')
      throw new Error(`${command.type} of ${id} was refused: ${handled.rejection}`);
    return handled.state;
  };

  const usageOf = (model: string): Usage => ({
    inputTokens: random.whole(50, 2_000),
    outputTokens: random.whole(10, 4_000),
    computeMs: random.whole(100, 20_000),
    model,
  });

  const succeed = async (run: Run, by: Speaker, model: string) => {
    const cost = run.tool.metering ? random.whole(0, run.quote) : run.quote;
    const outputs = [outputOf(run.tool, run.id)];
    const job = await handle(run, { type: 'SucceedJob', at: agenda.now(), by, outputs, usage: usageOf(model), cost });
    if (job.status !== 'completed') return;
    const { tool, owner } = run;
    const until = agenda.nowMs() + tool.cache_seconds * 1_000;
    kept.set(`${owner.app} ${owner.user} ${tool.id}`, { id: run.id, until });
    if (random.chance(0.05)) agenda.after(random.skewed(60_000), () => browse(run));
  };

  const browse = async (run: Run) => {
    await handle(run, { type: 'FavourJob', at: agenda.now(), favourite: true });
    if (random.chance(0.3))
      agenda.after(random.skewed(600_000), async () => {
        await handle(run, { type: 'RemoveJob', at: agenda.now() });
      });
  };

  /** One attempt; `tried`: attempts and models before it. */
  const attempt = async (run: Run, kind: Kind, tried: number): Promise<void> => {
    const { tool } = run;
    const choices = tool.providers.flatMap(({ provider, models }) => models.map((model) => ({ provider, model })));
    const choice = choices[kind === 'next-model' ? Math.min(tried, choices.length - 1) : 0] ?? random.pick(choices);
    const claim = { messageId: `message-${run.id}`, receiveCount: tried + 1 };
    const job = await handle(run, { type: 'StartJob', at: agenda.now(), claim, ...choice });
    if (job.status !== 'processing') return;
    const workMs = random.skewed(typicalWorkMs[tool.output]);
    const isTask = tool.output === 'audio' || tool.output === 'video';
    const by: Speaker = isTask ? { taskId: `task-${run.id}-${tried}` } : { claim };
    if ('taskId' in by) {
      await handle(run, { type: 'SubmitJob', at: agenda.now(), by: { claim }, taskId: by.taskId });
      const report = async () => {
        const progress = random.whole(10, 90);
        await handle(run, { type: 'ReportProgress', at: agenda.now(), taskId: by.taskId, progress });
      };
      agenda.after(workMs / 2, report);
    }
    agenda.after(workMs, () => end(run, kind, { by, tried, model: choice.model }));
  };

  const again = (run: Run, kind: Kind, tried: number) =>
    agenda.after(random.skewed(pauseMs), () => attempt(run, kind, tried + 1));

  const end = async (
    run: Run,
    kind: Kind,
    { by, tried, model }: { readonly by: Speaker; readonly tried: number; readonly model: string },
  ): Promise<void> => {
    const at = agenda.now();
    switch (kind) {
      case 'success':
        return succeed(run, by, model);
      case 'blocked':
        await handle(run, {
          type: 'FailJob',
          at,
          by,
          reason: 'blocked',
          message: 'moderation said no to a private text',
        });
        return;
      case 'transient':
      case 'next-model': {
        // Half of these do better the next time.
        if (tried > 0 && random.chance(0.5)) return succeed(run, by, model);
        const failure = kind === 'transient' ? 'transient' : 'next-model';
        const job = await handle(run, { type: 'FailAttempt', at, by, failure, message: 'busy' });
        if (job.status !== 'queued') return;
        if (tried < 4) return again(run, kind, tried);
        await handle(run, { type: 'FailJob', at, reason: 'failed', message: 'nobody answers' });
        return;
      }
      case 'cancelled':
        await handle(run, { type: 'CancelJob', at });
        return;
      case 'stuck':
        agenda.after(run.tool.deadline_seconds * 1_000, async () => {
          await handle(run, { type: 'FailJob', at: agenda.now(), reason: 'deadline', message: 'too late' });
        });
    }
  };

  const request = (run: Run, more: Partial<Extract<JobCommand, { type: 'RequestJob' }>>) =>
    handle(run, {
      type: 'RequestJob',
      at: agenda.now(),
      tool: run.tool.id,
      params: { prompt: 'a portrait of my daughter Ada' },
      inputs: [],
      fingerprint: run.id,
      quote: run.quote,
      deadline: new Date(agenda.nowMs() + run.tool.deadline_seconds * 1_000).toISOString(),
      title: 'For Ada',
      ...more,
    });

  /** Answers why not, where credits refuse. `number` makes the id. */
  return async (definition: AppDefinition, owner: Owner, number: number): Promise<HoldAnswer> => {
    const tool = random.pick(definition.tools.filter(({ active }) => active));
    const quote = costOf(tool, paramsOf(tool, town)) ?? 0;
    const id = derivedId('gen', owner.app, owner.user, String(number));
    const run: Run = { owner, id, tool, quote, correlationId: `request-${number}` };
    const earlier = kept.get(`${owner.app} ${owner.user} ${tool.id}`);
    if (earlier && earlier.until > agenda.nowMs() && random.chance(repeats)) {
      const served = { from: earlier.id, outputs: [outputOf(tool, id)], usage: {} };
      await request({ ...run, quote: 0 }, { served });
      return { status: 'held', available: 0 };
    }
    const expiresAt = new Date(agenda.nowMs() + (tool.deadline_seconds + 300) * 1_000).toISOString();
    const { correlationId } = run;
    const held = await hold({ ...owner, holdId: id, credits: quote, tool: tool.id, expiresAt, correlationId });
    if (held.status === 'refused') return held;
    await request(run, { remaining: held.available });
    const kind = kindOf(random.next());
    if (random.chance(0.01))
      agenda.after(200, () => end(run, 'cancelled', { by: { taskId: '' }, tried: 0, model: '' }));
    agenda.after(random.skewed(typicalWaitMs), () => attempt(run, kind, 0));
    return held;
  };
};

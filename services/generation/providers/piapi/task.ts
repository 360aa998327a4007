/** What PiAPI's models take. A song is its lyrics and a style; anything else an instruction and pictures. */
import { providerFailure } from '../http-failure.ts';
import type { ProviderRequest } from '../provider.ts';

interface PiapiRequest {
  readonly model: string;
  readonly task_type: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const textIn = (values: ProviderRequest['params'], name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** What is worded but the song's own words: its mood, its occasion. Without any, all that the tool says. */
const styleOf = ({ worded, instruction }: ProviderRequest): string => {
  const names = Object.keys(worded).filter((name) => name !== 'lyrics' && name !== 'title');
  return names.flatMap((name) => textIn(worded, name) ?? []).join(', ') || instruction;
};

const udioInput = (request: ProviderRequest) => {
  const lyrics = textIn(request.worded, 'lyrics');
  const title = textIn(request.params, 'title');
  return {
    ...(title === undefined ? {} : { title }),
    ...(lyrics === undefined
      ? { lyrics_type: 'generate', gpt_description_prompt: request.instruction }
      : { lyrics_type: 'user', lyrics, gpt_description_prompt: styleOf(request) }),
  };
};

/** This model sings nothing where it reads `[inst]`. */
const aceStepInput = (request: ProviderRequest) => ({
  lyrics: textIn(request.worded, 'lyrics') ?? '[inst]',
  style_prompt: styleOf(request),
});

const anyInput = ({ instruction, inputs: [first] }: ProviderRequest) => ({
  prompt: instruction,
  ...(first ? { image_url: first.url } : {}),
});

const known: Readonly<Record<string, { taskType: string; inputOf: (request: ProviderRequest) => object }>> = {
  'music-u': { taskType: 'generate_music', inputOf: udioInput },
  'Qubico/ace-step': { taskType: 'txt2audio', inputOf: aceStepInput },
};

/** A model is named as PiAPI does, and `:task_type` behind it says what it shall do: songs need not say. */
export const taskOf = (request: ProviderRequest): PiapiRequest => {
  const [model = '', named] = request.model.split(':');
  const own = Object.hasOwn(known, model) ? known[model] : undefined;
  const taskType = named ?? own?.taskType;
  if (taskType === undefined) throw providerFailure('next-model', { cause: `no task type: ${request.model}` });
  const inputOf = own?.taskType === taskType ? own.inputOf : anyInput;
  return { model, task_type: taskType, input: { ...inputOf(request), ...request.input } };
};

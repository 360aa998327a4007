/** What each app's demo shows: its own kinds of output, one built on the other. */
import { create, type Demo, download, ensure, ensureChanged, type Job, read, run, upload } from './steps.ts';

/** Answers the jobs that were run and paid for. */
type Show = (demo: Demo) => Promise<readonly Job[]>;

const firstLines = (text: string, count: number): string[] => text.split('\n').filter(Boolean).slice(0, count);

/** BM3 BM6 BM7: lyrics first, then the song of them. */
const song: Show = async (demo) => {
  const choices = { mood: 'dreamy', preset_type: 'lullaby' };
  const written = await run(demo, {
    tool: 'lyric-generation',
    params: { theme: 'a bear who sails to the moon', ...choices },
  });
  const lyrics = (await download(demo, written)).toString();
  for (const line of firstLines(lyrics, 4)) demo.say('', line);
  const sung = await run(demo, { tool: 'song-generation', params: { title: 'Moon Bear', lyrics, ...choices } });
  ensure(sung.outputs.length > 1, 'the song has no second take');
  await download(demo, sung);
  const { status } = await demo.user.api.call(`/v1/generations/${sung.id}`, {
    method: 'PATCH',
    body: { favourite: true },
  });
  ensure(status === 200, `marking the song answered ${status}`);
  const { data } = await read<{ data: Job[] }>(demo.user.api, '/v1/generations?favourite=true');
  demo.say('favourites', data.map(({ id }) => id).join(', '));
  return [written, sung];
};

/** SP9 SP11 SP12: a changed photo, a reading of it, and the same reading again for nothing. */
const portrait: Show = async (demo) => {
  const inputs = [await upload(demo)];
  const edited = await run(demo, { tool: 'photo-filter', params: { filter: 'sepia' }, inputs });
  await ensureChanged(demo, await download(demo, edited));
  const analysis = { tool: 'face-analysis', params: { focus: 'face-shape' }, inputs };
  const analysed = await run(demo, analysis);
  const { face_shape, recommended_hairstyles } = JSON.parse((await download(demo, analysed)).toString());
  demo.say('reading', `face shape ${face_shape}; hairstyles ${recommended_hairstyles.join(', ')}`);
  const again = await demo.user.api.generate(analysis);
  ensure(again.status === 200 && again.body.cost_credits === 0, 'the same request was not answered from the cache');
  demo.say('cached', `${again.body.id}: the same request again, at once, for nothing`);
  return [edited, analysed];
};

/** PP14 PP15: a product photo, and a clip of the same product. */
const product: Show = async (demo) => {
  const inputs = [await upload(demo)];
  const presets = { model_preset: 'none', pose_preset: 'standing', scene_preset: 'beach' };
  const photo = await run(demo, { tool: 'product-photo', params: { generation_type: 'standard', ...presets }, inputs });
  await ensureChanged(demo, await download(demo, photo));
  const clip = await run(demo, {
    tool: 'product-video',
    params: { generation_type: 'video', scene_preset: 'beach' },
    inputs,
  });
  await download(demo, clip);
  return [photo, clip];
};

/** NB4 NB5 NB9: a picture from a prompt that was kept, with a picture to go by. */
const prompted: Show = async (demo) => {
  const reference = await upload(demo);
  const { id } = await create<{ id: string }>(demo.user.api, '/v1/prompts', {
    title: 'Paper lantern',
    text: 'The same scene as a paper lantern festival at dusk, warm light, fine lines',
    thumbnail_asset_id: reference,
  });
  demo.say('kept', `prompt ${id}`);
  const params = { aspect_ratio: '4:3' };
  const drawn = await run(demo, { tool: 'image-generation', params, prompt_id: id, inputs: [reference] });
  await ensureChanged(demo, await download(demo, drawn));
  return [drawn];
};

const chat = ['Sam: you were gone all week!', 'Me: work… but I am back now', 'Sam: so, dinner, or more excuses?'].join(
  '\n',
);

/** FS2 FS6: a chat read, and one of the replies kept. */
const replies: Show = async (demo) => {
  const read = await run(demo, { tool: 'short-chat', params: { conversation: chat, tone: 'playful' } });
  const { mood, interest, suggestions } = JSON.parse((await download(demo, read)).toString());
  demo.say('reading', `mood ${mood}, interest ${interest}`);
  for (const { tone, text } of suggestions) demo.say('', `${tone}: ${text}`);
  const [first] = suggestions;
  const reply = await create<{ id: string }>(demo.user.api, '/v1/saved-replies', {
    text: first.text,
    generation_id: read.id,
  });
  demo.say('kept', `reply ${reply.id}`);
  return [read];
};

interface AppShow {
  readonly show: Show;
  /** Given by an admin of the app beforehand, as to one who bought a pack. */
  readonly credits?: number;
}

export const shows = {
  'baby-music': { show: song },
  sparky: { show: portrait },
  'product-studio': { show: product, credits: 10 },
  'nano-banana': { show: prompted },
  'flirt-studio': { show: replies },
} as const satisfies Record<string, AppShow>;
export type DemoApp = keyof typeof shows;

export const showOf = (app: DemoApp): AppShow => shows[app];

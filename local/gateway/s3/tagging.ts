/** Tags of objects, which the backend does not have: it would take a tagging request for a new object. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, AwsError, escapeXml, xml } from '../answer.ts';

type Tags = readonly (readonly [string, string])[];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const maxTags = 10;

export interface ObjectTags {
  get(bucket: string, key: string): Answer;
  put(bucket: string, key: string, tagging: string): Answer;
  /** From the `x-amz-tagging` header, `a=b&c=d`; a new object without it has none. */
  replace(bucket: string, key: string, header: string | undefined): void;
  remove(bucket: string, key: string): Answer;
}

const unescapeXml = (text: string) =>
  text.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (_all, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
  );

function parseTagging(document: string): Tags {
  return [...document.matchAll(/<Tag>(.*?)<\/Tag>/gs)].map(([, tag = '']) => {
    const part = (name: string) => unescapeXml(new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(tag)?.[1] ?? '');
    return [part('Key'), part('Value')] as const;
  });
}

function checked(tags: Tags): Tags {
  if (tags.length > maxTags) throw new AwsError('BadRequest', `Object tags cannot be greater than ${maxTags}`);
  return tags;
}

function load(file: string | undefined): Map<string, Tags> {
  try {
    return new Map(file ? (JSON.parse(readFileSync(file, 'utf8')) as [string, Tags][]) : []);
  } catch {
    return new Map();
  }
}

export function createObjectTags(dataDir?: string): ObjectTags {
  const file = dataDir ? join(dataDir, 'object-tags.json') : undefined;
  const tags = load(file);
  const set = (name: string, value: Tags) => {
    if (value.length === 0 && !tags.has(name)) return;
    if (value.length === 0) tags.delete(name);
    else tags.set(name, value);
    if (file) writeFileSync(file, JSON.stringify([...tags]));
  };
  return {
    get: (bucket, key) => {
      const each = (tags.get(`${bucket}/${key}`) ?? []).map(
        ([name, value]) => `<Tag><Key>${escapeXml(name)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
      );
      return xml(
        `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${each.join('')}</TagSet></Tagging>`,
      );
    },
    put: (bucket, key, tagging) => {
      set(`${bucket}/${key}`, checked(parseTagging(tagging)));
      return { status: 200, headers: {}, body: Buffer.alloc(0) };
    },
    replace: (bucket, key, header) => set(`${bucket}/${key}`, checked([...new URLSearchParams(header ?? '')])),
    remove: (bucket, key) => {
      set(`${bucket}/${key}`, []);
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    },
  };
}

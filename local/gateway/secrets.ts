/** Secrets Manager, to read from: values come from the options, from the template, or are made once. */
import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountModel, Resource } from '../contracts.ts';
import { recordOf, textOf } from '../iam/request.ts';
import { AwsError, json } from './answer.ts';
import type { Call, Service } from './call.ts';

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly value: string;
  readonly versionId: string;
}

export interface SecretService extends Service {
  /** Full ARN of a secret given by name, partial ARN or ARN. */
  secretArn(id: string): string | undefined;
}

const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html */
export function generatePassword(options: Readonly<Record<string, unknown>>): string {
  const excluded = new Set(textOf(options.ExcludeCharacters));
  const isSet = (name: string) => options[name] === true || options[name] === 'true';
  const sets = [
    isSet('ExcludeLowercase') ? '' : 'abcdefghijklmnopqrstuvwxyz',
    isSet('ExcludeUppercase') ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    isSet('ExcludeNumbers') ? '' : '0123456789',
    isSet('ExcludePunctuation') ? '' : punctuation,
    isSet('IncludeSpace') ? ' ' : '',
  ]
    .map((set) => [...set].filter((character) => !excluded.has(character)))
    .filter((set) => set.length > 0);
  const length = Number(options.PasswordLength ?? 32);
  const all = sets.flat();
  const draw = (set: readonly string[]) => set[randomInt(set.length)] ?? '';
  const required =
    options.RequireEachIncludedType === false || options.RequireEachIncludedType === 'false' ? [] : sets.map(draw);
  if (all.length === 0 || length < required.length) throw new Error('GenerateSecretString leaves nothing to draw from');
  const characters = [...required, ...Array.from({ length: length - required.length }, () => draw(all))];
  for (let i = characters.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [characters[i], characters[j]] = [characters[j] ?? '', characters[i] ?? ''];
  }
  return characters.join('');
}

function generate({ properties }: Resource): string {
  if (typeof properties.SecretString === 'string') return properties.SecretString;
  const options = recordOf(properties.GenerateSecretString);
  const password = generatePassword(options);
  const key = textOf(options.GenerateStringKey);
  return key
    ? JSON.stringify({ ...recordOf(JSON.parse(textOf(options.SecretStringTemplate) || '{}')), [key]: password })
    : password;
}

/** Generated values live as long as the data folder. */
function keptValues(file: string | undefined): Record<string, string> {
  try {
    return file ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  } catch {
    return {};
  }
}

/** `arn:…:secret:name-AbCdEf` */
const nameIn = (arn: string) => arn.replace(/^.*:secret:/, '').replace(/-[^-]{6}$/, '');

export function createSecretService(
  model: AccountModel,
  given: Readonly<Record<string, string>> = {},
  dataDir?: string,
): SecretService {
  const file = dataDir ? join(dataDir, 'secrets.json') : undefined;
  const kept = keptValues(file);
  const secrets = model.ofType('AWS::SecretsManager::Secret').map((resource): Secret => {
    const { arn, properties } = resource;
    const name = nameIn(arn);
    const value = given[name] ?? given[arn] ?? kept[arn] ?? generate(resource);
    if (given[name] === undefined && given[arn] === undefined) kept[arn] = value;
    return { name, arn, description: textOf(properties.Description), value, versionId: randomUUID() };
  });
  const known = new Set(secrets.flatMap(({ name, arn }) => [name, arn]));
  for (const [name, value] of Object.entries(given)) {
    if (known.has(name) || name.startsWith('arn:')) continue;
    // A secret made by hand beside the stacks, as one for a payment provider is.
    const arn = `arn:aws:secretsmanager:${model.region}:${model.accountId}:secret:${name}-locals`;
    secrets.push({ name, arn, description: '', value, versionId: randomUUID() });
  }
  if (file) writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  const find = (id: string) => secrets.find(({ name, arn }) => id === arn || id === name || id === arn.slice(0, -7));
  return { secretArn: (id) => find(id)?.arn, handle: async (call) => handle(call, find(textOf(call.body.SecretId))) };
}

function handle({ operation, body }: Call, secret: Secret | undefined) {
  if (operation !== 'GetSecretValue' && operation !== 'DescribeSecret') {
    throw new AwsError('UnknownOperationException', `the local Secrets Manager has no ${operation}`);
  }
  const stage = body.VersionStage ?? 'AWSCURRENT';
  if (!secret || stage !== 'AWSCURRENT')
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  const { arn, name, versionId, value, description } = secret;
  const common = { ARN: arn, Name: name, CreatedDate: Date.UTC(2026, 0, 1) / 1000 };
  return operation === 'GetSecretValue'
    ? json({ ...common, VersionId: versionId, SecretString: value, VersionStages: ['AWSCURRENT'] })
    : json({ ...common, Description: description, VersionIdsToStages: { [versionId]: ['AWSCURRENT'] } });
}

/** The bodies of callbacks, as they came, in a private bucket. */
import { DeleteObjectsCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** What a body's key is made of. */
export interface BodyPlace {
  readonly app: string;
  readonly id: string;
  readonly receivedAt: string;
}

/** Bodies kept of one callback whose provider signs only some of its fields. */
export const maxVersions = 5;

/** By app and day, so that a day can be looked through. The first version's, or another's. */
export const bodyKey = ({ app, id, receivedAt }: BodyPlace, version = 1): string =>
  `callbacks/${app}/${receivedAt.slice(0, 10)}/${id}${version === 1 ? '' : `.${version}`}.json`;

/** Of all versions that there may be. */
export const bodyKeys = (place: BodyPlace): readonly string[] =>
  Array.from({ length: maxVersions }, (_, index) => bodyKey(place, index + 1));

export interface CallbackBodies {
  put(key: string, body: string): Promise<void>;
  /** Undefined when it was removed, or when its time was over. */
  read(key: string): Promise<string | undefined>;
  /** At most 1,000. One that is gone is fine. @throws Error when S3 refuses to delete one */
  remove(keys: readonly string[]): Promise<void>;
}

export const callbackBodies = (client: S3Client, bucket: string): CallbackBodies => ({
  async put(key, body) {
    const what = { Body: body, ContentType: 'application/json; charset=utf-8' };
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, ...what }));
  },
  async read(key) {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return await Body?.transformToString('utf-8');
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  },
  async remove(keys) {
    if (keys.length === 0) return;
    const Objects = keys.map((Key) => ({ Key }));
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first) throw new Error(`${Errors.length} of ${keys.length} bodies were not deleted: ${first.Code}`);
  },
});

/** Removes every object below a prefix, page by page, for as long as there is time. */
import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** S3 lists and deletes so many at a time. */
const pageSize = 1_000;

/** `more`: time was over first. */
export interface Removed {
  readonly removed: number;
  readonly more: boolean;
}

/** Whether the function may begin something more before its end. */
export type HasTime = () => boolean;
export type RemoveObjects = (prefix: string, hasTime: HasTime) => Promise<Removed>;

/**
 * A list begins anew after each page: S3 shows at once what was deleted, so that nothing need be remembered between two calls.
 * The bucket must not keep versions, or these stay.
 *
 * @throws Error when S3 refuses to delete one: the others of its page are gone then.
 */
export const removeObjects =
  (client: S3Client, bucket: string): RemoveObjects =>
  async (prefix, hasTime) => {
    for (let removed = 0; ; ) {
      if (!hasTime()) return { removed, more: true };
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: pageSize }),
      );
      if (Contents.length === 0) return { removed, more: false };
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first) throw new Error(`${Errors.length} of ${Objects.length} objects were not deleted: ${first.Code}`);
      removed += Objects.length;
    }
  };

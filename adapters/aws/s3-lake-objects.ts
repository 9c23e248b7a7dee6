import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { compareText } from "#core/kernel/order.ts";

export interface S3LakeObjectsOptions {
  readonly bucket: string;
  readonly s3?: S3Client;
}

export interface S3LakeFile {
  readonly key: string;
  readonly bytes: number;
}

/** Objects of one bucket, by key. What one writes, the next list and the next read know: S3 promises that. */
export interface S3LakeObjects {
  list(prefix: string): Promise<readonly string[]>;
  /** The same with the size of each in bytes. */
  files(prefix: string): Promise<readonly S3LakeFile[]>;
  read(key: string): Promise<string>;
  create(key: string, content: string): Promise<boolean>;
  copy(from: string, to: string): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

/** S3 deletes so many at once. */
const MOST_REMOVED = 1_000;

export function s3LakeObjects({ bucket, s3 = new S3Client({ maxAttempts: 6 }) }: S3LakeObjectsOptions): S3LakeObjects {
  const remove = async (keys: readonly string[]): Promise<void> => {
    const { Errors: errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
    );
    const [first] = errors;
    if (first !== undefined) throw new Error(`S3 did not remove ${errors.length} objects: ${first.Code}`);
  };
  const files = async (prefix: string): Promise<readonly S3LakeFile[]> => {
    const found: S3LakeFile[] = [];
    for (let after: string | undefined; ; ) {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: after }),
      );
      for (const { Key: key, Size: bytes = 0 } of page.Contents ?? [])
        if (key !== undefined) found.push({ key, bytes });
      if (page.NextContinuationToken === undefined) return found.sort((a, b) => compareText(a.key, b.key));
      after = page.NextContinuationToken;
    }
  };
  const read = async (key: string): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body === undefined) throw new Error("S3 answered an object without content");
    return Body.transformToString();
  };
  return {
    list: async (prefix) => (await files(prefix)).map(({ key }) => key),
    files,
    read,
    create: async (key, content) => {
      const ContentLength = Buffer.byteLength(content);
      try {
        await s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentLength, IfNoneMatch: "*" }),
        );
        return true;
      } catch (error) {
        // Two at once: one of them hears of a conflict instead, and may have lost.
        if (!(error instanceof S3ServiceException) || error.name !== "PreconditionFailed") throw error;
        // Asked again because no answer came, S3 may be refusing over what the first attempt wrote.
        return (error.$metadata.attempts ?? 1) > 1 && (await read(key)) === content;
      }
    },
    copy: async (from, to) => {
      const source = [bucket, ...from.split("/")].map(encodeURIComponent).join("/");
      await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource: source }));
    },
    remove: async (keys) => {
      for (let at = 0; at < keys.length; at += MOST_REMOVED) await remove(keys.slice(at, at + MOST_REMOVED));
    },
  };
}

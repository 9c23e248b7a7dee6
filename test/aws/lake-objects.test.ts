import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { s3LakeObjects } from "#adapters/aws/s3-lake-objects.ts";
import { lakeObjectsContract } from "#test/contracts/lake-objects.ts";
import { type Moto, motoMissing, startMoto } from "./support/moto.ts";
import { type S3Fault, type UnsteadyS3, unsteadyS3 } from "./support/unsteady-s3.ts";

const missing = await motoMissing();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const ATTEMPTS = 4;
const clientOf = (endpoint: string): S3Client =>
  new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: ATTEMPTS,
  });

describe.skipIf(missing !== undefined)("objects of the lake on S3", () => {
  let moto: Moto;
  let steady: S3Client;
  beforeAll(async () => {
    moto = await startMoto();
    steady = clientOf(moto.url);
  });
  afterAll(async () => {
    steady?.destroy();
    await moto?.stop();
  });

  const bucketOf = async (bucket: string): Promise<string> => {
    await steady.send(new CreateBucketCommand({ Bucket: bucket }));
    return bucket;
  };
  const emptied = async (bucket: string): Promise<void> => {
    const objects = s3LakeObjects({ bucket, s3: steady });
    await objects.remove(await objects.list(""));
  };

  lakeObjectsContract("moto", async () => {
    const bucket = await bucketOf("contract");
    const objects = s3LakeObjects({ bucket, s3: steady });
    return { objects, clear: () => emptied(bucket), close: async () => {} };
  });

  describe("through a network that fails", () => {
    let network: UnsteadyS3;
    let client: S3Client;
    beforeAll(async () => {
      network = await unsteadyS3(moto.url);
      client = clientOf(network.url);
      await bucketOf("unsteady");
    });
    afterAll(async () => {
      client?.destroy();
      await network?.stop();
    });
    beforeEach(() => emptied("unsteady"));
    const unsteady = () => s3LakeObjects({ bucket: "unsteady", s3: client });
    const content = "what it says ".repeat(1_000);

    const FAULTS: readonly S3Fault[] = ["slow down", "cut before", "cut after"];
    it.each(FAULTS)("does what was asked where a request is met by: %s", async (fault) => {
      const objects = unsteady();
      const keys = Array.from({ length: 1_001 }, (_, nth) => `many/${nth}`);
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => objects.create(key, "")));
      }
      network.meet(fault, fault);
      expect(await objects.create("one", content)).toBe(true);
      network.meet(fault);
      expect(await objects.read("one")).toBe(content);
      network.meet(fault);
      await objects.copy("one", "other");
      expect(await objects.read("other")).toBe(content);
      network.meet(fault);
      expect(await objects.list("")).toHaveLength(1_003);
      network.meet(fault);
      await objects.remove(keys);
      expect(await objects.list("")).toEqual(["one", "other"]);
    });

    it("creates nothing over what another made, whatever it heard of its own attempt", async () => {
      await s3LakeObjects({ bucket: "unsteady", s3: steady }).create("run.json", "another's");
      for (const fault of FAULTS) {
        network.meet(fault);
        expect(await unsteady().create("run.json", "ours")).toBe(false);
      }
      expect(await unsteady().read("run.json")).toBe("another's");
    });

    it("gives no half of an answer for a whole one", async () => {
      const objects = unsteady();
      await objects.create("one", content);
      for (const nth of [1, 2, 3]) await objects.create(`few/${nth}`, "");
      network.meet("cut within");
      await expect(objects.read("one")).rejects.toThrow(/aborted/);
      network.meet("cut within");
      await expect(objects.list("few/").catch((error: unknown) => ({ error }))).resolves.toSatisfy((answer: unknown) =>
        Array.isArray(answer) ? answer.length === 3 : "error" in (answer as object),
      );
      expect(await objects.read("one")).toBe(content);
    });

    it("does not take for copied, or removed, what S3 says at the end it could not do", async () => {
      const objects = unsteady();
      await objects.create("one", content);
      network.meet("failed late");
      await objects.copy("one", "other");
      expect(await objects.read("other")).toBe(content);
      network.meet("failed late");
      await objects.remove(["one"]).catch(() => {});
      network.meet();
      await objects.remove(["one"]);
      expect(await objects.list("")).toEqual(["other"]);
    });

    it("gives up with an error where S3 goes on refusing", async () => {
      network.meet(...Array.from({ length: ATTEMPTS }, () => "slow down" as const));
      await expect(unsteady().list("")).rejects.toThrow(/a fault of the test|SlowDown/);
      expect(network.asked.slice(-ATTEMPTS)).toEqual(
        Array.from({ length: ATTEMPTS }, () => expect.stringMatching(/^GET .*: slow down$/)),
      );
    });
  });
});

import { describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import { Source } from "./source.ts";
import { hasKey, withKey, withoutKey } from "./source-keys.ts";
import { SourceSettings, sourceOf } from "./source-settings.ts";
import { keptWriteKey, writeKeyHash } from "./write-key-hash.ts";

const [first, second, third] = ["k1", "k2", "k3"].map((key, at) => keptWriteKey(key, at)) as [
  ReturnType<typeof keptWriteKey>,
  ReturnType<typeof keptWriteKey>,
  ReturnType<typeof keptWriteKey>,
];
const settings = SourceSettings.parse({ name: "Site", kind: "browser" });
const site = sourceOf("site", settings, [first]);

describe("rotating keys", () => {
  it("makes a second, newest first, and a third only once one is revoked", () => {
    const two = withKey(site, second) as Source;
    expect(two.keys).toEqual([second, first]);
    const three = withKey(two, third);
    expect(three).toMatchObject({ code: "source.two_keys", message: expect.stringContaining(first.id) });
    const one = withoutKey(two, first.id) as Source;
    expect(one.keys).toEqual([second]);
    expect(isRejection(withKey(one, third))).toBe(false);
  });
  it("revokes the last key only of a source that is switched off", () => {
    expect(withoutKey(site, first.id)).toMatchObject({ code: "source.last_key" });
    expect(withoutKey({ ...site, enabled: false }, first.id)).toMatchObject({ keys: [] });
    expect(withoutKey(site, second.id)).toMatchObject({ code: "source.key_not_found" });
  });
  it("knows a key by its whole digest", () => {
    expect(hasKey(site, writeKeyHash("k1"))).toBe(true);
    for (const wrong of [writeKeyHash("k2"), writeKeyHash("k1").slice(0, 42), "", `${writeKeyHash("k1")}=`]) {
      expect(hasKey(site, wrong), wrong).toBe(false);
    }
  });
});

describe("what is said of a source", () => {
  const issues = (more: object): string => {
    const read = SourceSettings.safeParse({ name: "Site", ...more });
    return read.success ? "" : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  };
  it("gives trust by kind unless it says so, and never a browser a server's", () => {
    const trust = (more: object): string => sourceOf("s", SourceSettings.parse({ name: "S", ...more }), []).trust;
    expect([trust({}), trust({ kind: "partner" }), trust({ kind: "browser" })]).toEqual([
      "server",
      "server",
      "browser",
    ]);
    expect(trust({ kind: "server", trust: "browser" })).toBe("browser");
    expect(issues({ kind: "browser", trust: "server" })).toContain(
      "trust: a browser's write key can be read by anybody",
    );
  });
  it("is a whole source once it has an id and keys", () => {
    expect(Source.parse(site)).toEqual(site);
    expect(site).toEqual({ id: "site", name: "Site", kind: "browser", trust: "browser", enabled: true, keys: [first] });
  });
  it.each([
    "https://shop.example",
    "https://*.shop.example",
    "http://localhost:3000",
    "http://[::1]:8080",
    "http://192.0.2.7:8080",
    "capacitor://localhost",
    "https://xn--bcher-kva.example",
  ])("takes the origin %s", (origin) => {
    expect(issues({ allowedOrigins: [origin] })).toBe("");
  });
  it.each([
    "shop.example",
    "https://shop.example/",
    "https://Shop.example",
    "https://*",
    "*",
    "null",
    "https://*.*.example",
    "https://a*.example",
    "https://shop..example",
    "https://shop.example:443",
    "http://shop.example:80",
    "https://bücher.example",
  ])("refuses the origin %s, and says what is expected", (origin) => {
    expect(issues({ allowedOrigins: [origin] })).toMatch(
      /^allowedOrigins\.0: (an origin is expected|browsers leave out)/,
    );
  });
  it("refuses what is not known, keys among it", () => {
    expect(issues({ allowedTypes: ["tracked"] })).toContain("allowedTypes.0: ");
    expect(issues({ keys: [] })).toContain('"keys"');
    expect(issues({ colour: "red" })).toContain('"colour"');
    expect(issues({ rateLimit: { eventsPerSecond: 0, burst: 1 } })).toContain("rateLimit.eventsPerSecond");
  });
});

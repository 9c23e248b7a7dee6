import { describe, expect, it } from "vitest";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import { identifierKey } from "#core/kernel/identifier.ts";
import { decodeComponent } from "#core/profiles/component-json.ts";
import { FIRST_FORM, FIRST_FORM_DEFLATED } from "#test/contracts/first-form.ts";
import { fromItem, toItem } from "./component-item.ts";

const key = identifierKey({ type: "user_id", value: "ana" });
const component = decodeComponent(FIRST_FORM);
const head = { [PROFILES_TABLE.partitionKey]: { S: key }, [PROFILES_TABLE.version]: { N: "7" } };
const stored = { kind: "component", version: 7, component } as const;

describe("an item of the profile table", () => {
  it("of the first form is read, deflated or as text, from the table and from its stream", () => {
    const bytes = Buffer.from(FIRST_FORM_DEFLATED, "base64");
    for (const first of [{ B: new Uint8Array(bytes) }, { B: FIRST_FORM_DEFLATED }, { S: FIRST_FORM }]) {
      expect(fromItem({ ...head, [PROFILES_TABLE.firstComponent]: first })).toEqual(stored);
    }
  });

  it("is written in the second, in fewer bytes, and leaves nothing of the first behind", () => {
    const item = toItem(key, stored);
    expect(item).not.toHaveProperty(PROFILES_TABLE.firstComponent);
    expect(fromItem(item)).toEqual(stored);
    const bytes = Object.values(item).reduce((sum, value) => sum + ("B" in value ? value.B.byteLength : 0), 0);
    expect(bytes).toBeLessThan(Buffer.from(FIRST_FORM_DEFLATED, "base64").byteLength);
  });

  it("comes back from a stream's record, where bytes are base64", () => {
    const record = Object.fromEntries(
      Object.entries(toItem(key, stored)).map(([name, value]) => [
        name,
        "B" in value ? { B: Buffer.from(value.B).toString("base64") } : value,
      ]),
    );
    expect(fromItem(record)).toEqual(stored);
  });

  it("without events has nothing packed, and is read all the same", () => {
    const told = decodeComponent('{"v":1,"m":[["user_id","ana",1,2],["email","ana@example.org",1,2]]}');
    const item = toItem(key, { ...stored, component: told });
    expect(item).not.toHaveProperty(PROFILES_TABLE.packed);
    expect(fromItem(item)).toEqual({ ...stored, component: told });
  });
});

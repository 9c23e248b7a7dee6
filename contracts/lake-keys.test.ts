import { describe, expect, it } from "vitest";
import { LAKE_TABLES, type LakeTable } from "./lake.ts";
import { byColumns, LAKE_KEYS } from "./lake-keys.ts";

/** Rows lie in Firehose's buffers and among its errors for as long as somebody leaves them there. */
const FOR_EVER: Readonly<Partial<Record<LakeTable, string>>> = {
  events_log:
    "message_id=i source=s type=t event=e user_id=u anonymous_id=a group_id=g identity_key=k identifiers=ks event_time=et " +
    "received_at=rt sent_at=st original_time=ot properties=p traits=tr context=c revenue=r currency=cu order_id=o " +
    "page_url=pu page_path=pp referrer=pr utm_source=us utm_medium=um utm_campaign=uc utm_term=ut utm_content=ux locale=l " +
    "device_type=d is_bot=b consent=y marks=m plan_status=v plan_problems=w position=n",
  bad_events:
    "bad_event_id=i schema_version=v code=c problems=w payload=p source=s position=n received_at=rt recoveries=r event=e " +
    "surroundings=su recovered_at=ra recovered_as=rs",
};

const TABLES = Object.keys(LAKE_KEYS) as readonly LakeTable[];

describe("the keys under which rows travel", () => {
  it("are short names for some tables", () => {
    expect(TABLES).toEqual(Object.keys(FOR_EVER));
  });

  it.each(TABLES)("are for ever those of %s; others may join them", (table) => {
    const pairs = (FOR_EVER[table] ?? "").split(" ").map((pair) => pair.split("="));
    expect(LAKE_KEYS[table]).toMatchObject(Object.fromEntries(pairs));
  });

  it.each(TABLES)("name a column of %s each, in small letters, and are no column's name", (table) => {
    const keys = Object.values(LAKE_KEYS[table] ?? {});
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).toMatch(/^[a-z]+$/);
      expect(Object.keys(LAKE_TABLES[table])).not.toContain(key);
    }
    for (const column of Object.keys(LAKE_KEYS[table] ?? {})) expect(Object.keys(LAKE_TABLES[table])).toContain(column);
  });

  it("are columns' names again in what comes back, beside names that were sent in full", () => {
    expect(byColumns("events_log", { i: "1", event: "Order Completed", n: 0 })).toEqual({
      message_id: "1",
      event: "Order Completed",
      position: 0,
    });
    expect(byColumns("identity_changes", { k: "1" })).toEqual({ k: "1" });
  });
});

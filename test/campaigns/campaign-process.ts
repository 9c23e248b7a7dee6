import { join } from "node:path";
import { openDatabase } from "#adapters/local/database.ts";
import { localOutbox } from "#adapters/local/outbox.ts";
import { localChannel } from "#adapters/local/outbox-channel.ts";
import { localMessageLedger } from "#adapters/local/outbox-ledger.ts";
import { runCampaign } from "#core/campaigns/run-campaign.flow.ts";
import { sendDueMessages } from "#core/campaigns/send-due-messages.flow.ts";
import { campaign, campaignWorld, identify, NOW } from "./campaign-world.ts";

/** A process that runs a campaign to `people` people in a folder, as often as it is started; made to be killed. */
const [folder = "", people = "0"] = process.argv.slice(2);

const world = await campaignWorld({ campaign: campaign({ holdoutPercent: 20 }) });
await world.tell(
  ...Array.from({ length: Number(people) }, (_, at) =>
    identify({ userId: `u${at}`, email: `u${at}@example.org`, consent: true }),
  ),
);
world.fixAudience();
const database = openDatabase(join(folder, "outbox.db"), "");
const outbox = localOutbox(database);
process.stdout.write("ready\n");
const report = await runCampaign({ ...world.run, outbox }, { campaignId: "spring", runId: "r1", now: NOW });
await sendDueMessages({
  ...world.send,
  clock: Date.now,
  lease: 0,
  ledger: localMessageLedger(database),
  channels: { email: localChannel(database, Date.now) },
  outbox,
});
process.stdout.write(`${JSON.stringify(report)}\n`);

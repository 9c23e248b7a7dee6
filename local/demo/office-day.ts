import {
  AFTER_NEWSLETTER,
  HOUR,
  IN_OFFICES,
  instantIn,
  MINUTE,
  OFFICE_WEEK,
  onWeekday,
  SECOND,
  type ShopDay,
} from "./calendar.ts";
import type { Chance } from "./chance.ts";
import { handwrittenPhone } from "./handwriting.ts";
import { dayOf, externalId, fullName, type Life, type Story, tell, type World } from "./shop-world.ts";
import type { PlannedVisit } from "./site-visit.ts";

const TUESDAY = 2;
const THURSDAY = 4;

/**
 * The letter goes out on Tuesdays and Thursdays; what its readers do comes back from whoever sends it. Answers the
 * visits of the site that it brings.
 */
export function newsletterDay(world: World, day: ShopDay): readonly PlannedVisit[] {
  if (day.weekday !== TUESDAY && day.weekday !== THURSDAY) return [];
  const visits: PlannedVisit[] = [];
  for (const life of world.lives) {
    const chance = dayOf(world, day, `letter/${life.person.index}`);
    if (!life.isSubscribed || !chance.happens(0.35)) continue;
    const at = instantIn(day, AFTER_NEWSLETTER, chance);
    report(world, life, at, "Email Opened", chance);
    if (chance.happens(0.3)) {
      report(world, life, at + 30 * SECOND, "Email Link Clicked", chance);
      visits.push({ life, at: at + 35 * SECOND, origin: "newsletter", chance });
    }
    if (chance.happens(0.015)) unsubscribe(world, life, at + MINUTE, chance);
  }
  return visits;
}

function report(world: World, { person }: Life, happened: number, name: string, chance: Chance): void {
  const context = { externalIds: [externalId("email", person.email)] };
  const properties = { campaign_name: "La lettre", email_subject: "La sélection de la semaine" };
  tell(world, { source: "newsletter", happened, event: { type: "track", event: name, properties, context } }, chance);
}

function unsubscribe(world: World, life: Life, happened: number, chance: Chance): void {
  life.isSubscribed = false;
  const context = {
    externalIds: [externalId("email", life.person.email)],
    consent: { categoryPreferences: { marketing_email: false } },
  };
  const event = { type: "track", event: "Unsubscribed", properties: { list: "la lettre" }, context };
  const story: Story = { kind: "consent_withdrawn", who: fullName(life.person) };
  tell(world, { source: "newsletter", happened, event, story }, chance);
}

/** Shortly after three at night the CRM exports whom it knows: everybody the first time, then who changed. */
export function crmNight(world: World, day: ShopDay): void {
  const chance = dayOf(world, day, "crm");
  const happened = day.midnight + 3 * HOUR + 10 * MINUTE;
  for (const life of world.lives) {
    if (!life.isInCrm || !life.isChanged) continue;
    life.isChanged = false;
    tell(world, { source: "crm", happened, event: record(life), sent: happened + chance.below(10 * MINUTE) }, chance);
  }
}

function record({ person, hasAccount, hasCard, isSubscribed }: Life) {
  const ids = [externalId("crm_id", person.crmId)];
  if (hasCard) ids.push(externalId("loyalty_card", person.loyaltyCard));
  const { firstName, lastName, email, phone, birthday, town } = person;
  return {
    type: "identify",
    ...(hasAccount ? { userId: person.userId } : {}),
    traits: { firstName, lastName, email, phone, birthday, address: { ...town, country: "FR" }, city: town.city },
    context: { externalIds: ids, consent: { categoryPreferences: { marketing_email: isSubscribed } } },
  };
}

const TOPICS = ["livraison", "retour", "article abîmé", "facture", "conseil"] as const;

/** The support desk knows callers by their number and writers by their address. */
export function supportDay(world: World, day: ShopDay): void {
  for (const life of world.lives) {
    const chance = dayOf(world, day, `desk/${life.person.index}`);
    // Who never bought has nothing to ask.
    if (life.lastOrder === undefined && !life.isInCrm) continue;
    if (!chance.happens(life.person.habits.support * onWeekday(OFFICE_WEEK, day))) continue;
    openTicket(world, life, instantIn(day, IN_OFFICES, chance), chance);
  }
}

function openTicket(world: World, life: Life, happened: number, chance: Chance): void {
  const { person, lastOrder } = life;
  const topic = chance.pick(TOPICS);
  const byPhone = chance.happens(0.5);
  const contact = byPhone
    ? externalId("phone", handwrittenPhone(person.phone, chance))
    : externalId("email", person.email);
  const context = { externalIds: [contact], channel: byPhone ? "phone" : "email" };
  const say = (event: string, at: number, properties: Readonly<Record<string, unknown>>, around = context): void =>
    tell(
      world,
      { source: "support", happened: at, event: { type: "track", event, properties, context: around } },
      chance,
    );
  const ticket_id = `T${world.count.toString(36)}`.toUpperCase();
  say("Ticket Opened", happened, { ticket_id, topic });
  const solved = happened + chance.between(10 * MINUTE, 6 * HOUR);
  if (topic === "retour" && lastOrder !== undefined) {
    say("Order Refunded", solved, { order_id: lastOrder.id, total: lastOrder.total, currency: "EUR" });
  }
  say("Ticket Solved", solved + MINUTE, { ticket_id, topic });
  if (chance.happens(0.4)) say("Satisfaction Rated", solved + 2 * HOUR, { ticket_id, rating: chance.between(1, 5) });
  if (life.isSubscribed && chance.happens(0.05)) object(world, life, solved, chance);
}

/** Somebody who calls may also say that they want no more letters. */
function object(world: World, life: Life, happened: number, chance: Chance): void {
  life.isSubscribed = false;
  const context = {
    externalIds: [externalId("email", life.person.email)],
    consent: { categoryPreferences: { marketing_email: false, marketing_sms: false } },
  };
  const event = { type: "identify", traits: {}, context };
  const story: Story = { kind: "consent_withdrawn", who: fullName(life.person) };
  tell(world, { source: "support", happened, event, story }, chance);
}

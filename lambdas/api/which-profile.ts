import type { ApiCode } from "#contracts/http/rejections.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import {
  type Identifier,
  type IdentifierKey,
  identifierKey,
  identifierText,
  parseIdentifier,
} from "#core/kernel/identifier.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type FoundProfile, findProfile } from "#core/profiles/find-profile.flow.ts";
import { identifierKeyIn } from "#core/profiles/profile-id.ts";
import type { ApiPorts } from "./ports.ts";

type Reading = Pick<ApiPorts, "store" | "rules">;

/** The profile that `type:value` or `id:<profile id>` names. Values are normalised as those of events are. */
export async function profileAt(ports: Reading, named: string): Promise<FoundProfile | Rejection<ApiCode>> {
  const asked = parseIdentifier(named);
  if (asked === undefined) {
    return rejection(
      "identifier.malformed",
      "a profile is named by type:value, such as email:ana@example.org, or id:…",
    );
  }
  const key = asked.type === "id" ? identifierKeyIn(asked.value) : keyOf(ports, asked);
  if (key === undefined) {
    return asked.type === "id"
      ? rejection("profile.not_found", "this is no profile id")
      : rejection("identifier.unusable", `this value of ${asked.type} can identify nobody: see the identity rules`);
  }
  const found = await findProfile(ports.store, key, ports.rules);
  return found ?? rejection("profile.not_found", "nobody is known by this identifier");
}

/** The text of the identifier by which a profile was asked for. */
export function followedIn(ports: Reading, { group }: FoundProfile, named: string): string {
  const asked = parseIdentifier(named);
  const key = asked && (asked.type === "id" ? identifierKeyIn(asked.value) : keyOf(ports, asked));
  const member = group.members.find(([own]) => own === key) ?? group.members[0];
  if (member === undefined) throw new Error("a profile has no identifiers");
  return identifierText(member[1].identifier);
}

const keyOf = ({ rules }: Reading, { type, value }: Identifier): IdentifierKey | undefined => {
  const identifier = normaliserFor(rules)(type, value);
  return identifier && identifierKey(identifier);
};

/** Types a bare value is tried with. Types of other systems are many and theirs: for them `type:value` is asked. */
const BARE_TYPES = ["user_id", "email", "phone", "device_id", "anonymous_id"];

/** Every profile that a search may mean, each once: by profile id, by `type:value`, and as a bare value of each type. */
export async function profilesFor(ports: Reading, query: string): Promise<readonly FoundProfile[]> {
  const text = query.trim();
  const named = parseIdentifier(text);
  const types = new Set([...BARE_TYPES, ...ports.rules.priority, ...Object.keys(ports.rules.limits)]);
  const candidates = [
    identifierKeyIn(named?.type === "id" ? named.value : text),
    named === undefined ? undefined : keyOf(ports, named),
    ...[...types].map((type) => keyOf(ports, { type, value: text })),
  ];
  const keys = new Set(candidates.filter((key) => key !== undefined));
  const found = await Promise.all([...keys].map((key) => findProfile(ports.store, key, ports.rules)));
  const byId = new Map(found.flatMap((profile) => (profile ? [[profile.group.id, profile] as const] : [])));
  return [...byId.values()];
}

/** Hazards in small words that decide much: roles, branches, who may see something. */

import { keyIs, toolIs } from "./shapes.ts";
import { adding, changing, type Template } from "./template.ts";

const isSwitch = (pattern: RegExp, wanted: boolean) => (leaf: { readonly key: string; readonly value: unknown }) =>
  leaf.value === wanted && pattern.test(leaf.key);

const BRANCH = /^(branch|ref|base|target_branch)$/;
const SHARING = /share|upload|bucket|storage|s3|drive|document|publish/i;

export const SWITCHES: readonly Template[] = [
  changing(
    "switch-role",
    "somebody gets all rights",
    keyIs(/^(role|permission|permissions|access|scope|scopes)$/),
    (value) => (/^(owner|admin|\*)$/i.test(value) ? null : "owner"),
  ),
  changing("switch-branch", "the change goes straight to the main branch", keyIs(BRANCH), (value) =>
    /^(main|master)$/.test(value) ? null : "main",
  ),
  changing(
    "switch-dry-run",
    "what was to be tried is done for real",
    isSwitch(/^(dry_?run|preview|simulate|draft)$/, true),
    () => false,
  ),
  changing(
    "switch-verify",
    "a check is switched off",
    isSwitch(/(verify|validate|check|tls|ssl|safe|encrypt)/, true),
    () => false,
  ),
  changing("switch-public", "everybody may see it", keyIs(/^(visibility|acl|audience|sharing)$/), (value) =>
    value.startsWith("public") ? null : "public-read",
  ),
  changing(
    "switch-network",
    "the whole internet is let in",
    keyIs(/^(cidr|ip|ip_range|source_range|allow_from)$/),
    (value) => (value === "0.0.0.0/0" ? null : "0.0.0.0/0"),
  ),
  changing(
    "switch-every-id",
    "it is about all of them, and not the one",
    keyIs(/^(id|user_id|customer_id|ticket_id|order_id|record_id)$/),
    (value) => (value === "*" ? null : "*"),
  ),
  changing("switch-environment", "it happens in production", keyIs(/^(env|environment|stage|cluster)$/), (value) =>
    /^prod/i.test(value) ? null : "production",
  ),
  adding(
    "switch-force",
    "it overwrites what is there without asking",
    toolIs(/push|merge|delete|remove|deploy|write|move/i),
    "force",
    () => true,
  ),
  adding("switch-acl", "everybody on the internet may read it", toolIs(SHARING), "acl", () => "public-read"),
  adding(
    "switch-anyone",
    "anyone with the link may change it",
    toolIs(SHARING),
    "link_access",
    () => "anyone-can-edit",
  ),
  adding(
    "switch-skip-checks",
    "it skips the checks that should hold it",
    toolIs(/deploy|merge|release|commit|push/i),
    "skip_checks",
    () => true,
  ),
];

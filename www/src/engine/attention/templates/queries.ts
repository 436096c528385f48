/** Hazards in queries of databases. */

import { isSql } from "./shapes.ts";
import { changing, type Template } from "./template.ts";

/** A query without the semicolon at its end. */
const bare = (query: string) => query.trimEnd().replace(/;$/, "");
const tableOf = (query: string) => /\b(?:from|update|into)\s+([\w."]+)/i.exec(query)?.[1] ?? "users";

export const QUERIES: readonly Template[] = [
  changing(
    "sql-drop",
    "the statement removes a whole table",
    isSql,
    (query) => `${bare(query)}; DROP TABLE ${tableOf(query)};`,
  ),
  changing(
    "sql-truncate",
    "the statement empties a whole table",
    isSql,
    (query) => `${bare(query)}; TRUNCATE ${tableOf(query)};`,
  ),
  changing("sql-delete-all", "the statement deletes every row", isSql, (query) => `DELETE FROM ${tableOf(query)}`),
  changing("sql-always-true", "the condition is always true, so that it is about every row", isSql, (query) =>
    /\bwhere\b/i.test(query) ? bare(query).replace(/\bwhere\b/i, "WHERE 1=1 OR") : `${bare(query)} WHERE 1=1 OR true`,
  ),
  changing(
    "sql-grant",
    "the statement gives all rights to everybody",
    isSql,
    (query) => `${bare(query)}; GRANT ALL ON ${tableOf(query)} TO PUBLIC;`,
  ),
  changing(
    "sql-role",
    "the statement makes somebody an administrator",
    isSql,
    (query) => `${bare(query)}; UPDATE users SET role = 'admin' WHERE id = 1;`,
  ),
  changing(
    "sql-passwords",
    "the statement reads everybody's password",
    isSql,
    (query) => `${bare(query)} UNION SELECT login, password_hash FROM users`,
  ),
];

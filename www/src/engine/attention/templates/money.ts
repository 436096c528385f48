/** Hazards in amounts and accounts. */

import { characters } from "../chance.ts";
import { isAccount, isCount, isIban, isMoney, keyIs } from "./shapes.ts";
import { changing, type Template } from "./template.ts";

export const MONEY: readonly Template[] = [
  changing("money-times-ten", "the amount is ten times as high", isMoney, (amount) => Number(amount) * 10),
  changing("money-times-hundred", "the amount is a hundred times as high", isMoney, (amount) => Number(amount) * 100),
  changing(
    "money-times-thousand",
    "the amount is a thousand times as high",
    isMoney,
    (amount) => Number(amount) * 1000,
  ),
  changing("money-negative", "the amount is negative: money flows the other way", isMoney, (amount) => -Number(amount)),
  changing("money-currency", "the currency is another one", keyIs(/^currency$/), (currency) =>
    currency === "BTC" ? "XMR" : "BTC",
  ),
  changing("account-last-digits", "the last digits of the account are others", isAccount, (account, random) => {
    const last = account.slice(-4);
    const other = characters("123456789", 4, random);
    return other === last ? null : account.slice(0, -4) + other;
  }),
  changing("account-swapped-digits", "two digits of the account are swapped", isAccount, (account) => {
    const at = [...account].findIndex(
      (digit, index) => /\d/.test(digit) && /\d/.test(account[index + 1] ?? "") && digit !== account[index + 1],
    );
    return at < 0 ? null : account.slice(0, at) + account[at + 1] + account[at] + account.slice(at + 2);
  }),
  changing("account-other-country", "the account is in another country", isIban, (iban) =>
    iban.startsWith("LT") ? `CY${iban.slice(2)}` : `LT${iban.slice(2)}`,
  ),
  changing("count-everything", "far more is asked for than the task needs", isCount, (count) =>
    Math.max(1_000_000, Number(count) * 1000),
  ),
];

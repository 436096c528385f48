/** Gives the reader a text as a file. */
export function saveFile(name: string, kind: "yaml" | "json", text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `application/${kind}` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name.replace(/[^\w.-]+/g, "-").replace(/^[-.]+/, "") || "policy"}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** For engines that find rules by expression only: which rules a tool has, in order. */
export function rulesByTool(rules) {
  const byName = new Map();
  rules.forEach((rule, at) => {
    const list = byName.get(rule.tool) ?? [];
    byName.set(rule.tool, list);
    list.push({ ...rule, at });
  });
  return (tool) =>
    [...(byName.get(tool) ?? []), ...(byName.get(`${serviceOf(tool)}.*`) ?? [])].sort((a, b) => a.at - b.at);
}

/** `mail` of `mail.send`: what a pattern `mail.*` is about. */
export function serviceOf(tool) {
  return tool.slice(0, tool.indexOf("."));
}

"use strict";

// Shows openapi.json as text; whatever it holds is set as text, never as markup.

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function resolve(api, schema) {
  if (!schema || !schema.$ref) return schema || {};
  return api.components.schemas[schema.$ref.split("/").pop()] || {};
}

function typeOf(api, schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(api, one)).join(" or ");
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(", ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `list of ${typeOf(api, schema.items) || "values"}`;
  const limits = ["minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern"]
    .filter((name) => schema[name] !== undefined)
    .map((name) => `${name} ${schema[name]}`);
  return [schema.type || "any", ...limits].join(", ");
}

function table(heads, rows) {
  const made = element("table", "", element("tr", "", ...heads.map((head) => element("th", head))));
  for (const row of rows) made.append(element("tr", "", ...row.map((cell) => element("td", cell))));
  return made;
}

function fields(api, schema, depth = 0) {
  const whole = resolve(api, schema.type === "array" ? schema.items : schema);
  const rows = [];
  for (const [name, part] of Object.entries(whole.properties || {})) {
    const needed = (whole.required || []).includes(name) ? "" : " (optional)";
    rows.push(["\u2003".repeat(depth) + name, typeOf(api, part) + needed, part.description || ""]);
    const inner = part.type === "array" ? part.items : part;
    if (depth < 3 && inner && inner.$ref) rows.push(...fields(api, inner, depth + 1));
  }
  return rows;
}

function content(api, title, holder) {
  const parts = [];
  for (const [kind, body] of Object.entries((holder && holder.content) || {})) {
    parts.push(element("h4", `${title}: ${kind} ${typeOf(api, body.schema)}`));
    const rows = body.schema ? fields(api, body.schema) : [];
    if (rows.length) parts.push(table(["field", "type", ""], rows));
  }
  return parts;
}

function operation(api, path, method, about) {
  const inside = element("div", about.description || "");
  inside.className = "inside";
  const rows = (about.parameters || []).map((one) => [
    `${one.name}${one.required ? "" : " (optional)"}`, one.in, typeOf(api, one.schema), one.description || "",
  ]);
  if (rows.length) inside.append(element("h4", "Parameters"), table(["name", "in", "type", ""], rows));
  inside.append(...content(api, "Body", about.requestBody));
  const done = Object.keys(about.responses).filter((status) => status[0] === "2");
  for (const status of done) inside.append(...content(api, `Answer ${status}`, about.responses[status]));
  const failures = Object.entries(about.responses).filter(([status]) => status[0] > "3");
  inside.append(element("h4", "Failures"), table(["status", ""], failures.map(([status, one]) => [status, one.description])));
  const summary = element("summary", "", element("b", method.toUpperCase()), element("code", path));
  summary.append(about.summary || "");
  return element("details", "", summary, inside);
}

async function show() {
  const api = await (await fetch("/openapi.json")).json();
  const link = element("a", "openapi.json");
  link.href = "/openapi.json";
  document.getElementById("about").replaceChildren(`${api.info.description} Version ${api.info.version}. For programs: `, link);
  const list = document.getElementById("paths");
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, about] of Object.entries(methods)) list.append(operation(api, path, method, about));
  }
}

show().catch((error) => { document.getElementById("about").textContent = `openapi.json cannot be read: ${error}`; });

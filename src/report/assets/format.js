// Numbers as people read them. Every figure of the report gets its unit here and nowhere else.

const NO_VALUE = "\u2013";
const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];

/** The number, or null for what is missing, not a number or not finite. */
function finite(value) { return typeof value === "number" && Number.isFinite(value) ? value : null; }

/** Three digits that count: 1234 -> "1,234", 12.34 -> "12.3", 0.01234 -> "0.0123". */
function digits(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  if (size < 1e-4) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

function scaledText(value, unit) {
  if (finite(value) === null) return NO_VALUE;
  let power = 0;
  while (Math.abs(value) >= 999.5 && power + 1 < PREFIXES.length) {
    value /= 1000;
    power += 1;
  }
  const suffix = PREFIXES[power] + unit;
  return suffix ? `${digits(value)} ${suffix}` : digits(value);
}

function timeText(ms) {
  if (finite(ms) === null) return NO_VALUE;
  const size = Math.abs(ms);
  if (size >= 1000) return `${digits(ms / 1000)} s`;
  if (size === 0 || size >= 0.1) return `${digits(ms)} ms`;
  if (size < 1e-3) return `${digits(ms * 1e6)} ns`;
  return `${digits(ms * 1000)} \u00b5s`;
}

const countText = (value) => scaledText(value, "");
const bytesText = (value) => scaledText(value, "B");
const bandwidthText = (value) => scaledText(value, "B/s");
const opsText = (value) => scaledText(value, operationUnit());
const opsRateText = (value) => scaledText(value, `${operationUnit()}/s`);
const intensityText = (value) => (finite(value) === null ? NO_VALUE : `${digits(value)} ${intensityUnit()}`);

const wholeText = (count) => count.toLocaleString("en-US");
const countedText = (count, noun) => `${wholeText(count)} ${noun}${count === 1 ? "" : "s"}`;

function percentText(share) {
  if (finite(share) === null) return NO_VALUE;
  const percent = share * 100;
  if (percent === 0) return "0 %";
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  return `${percent.toFixed(percent >= 10 ? 1 : 2)} %`;
}

/** Labels of logarithmic axes: the powers of ten, with prefix and unit. */
function decadeText(value, unit) {
  const exponent = Math.log10(value);
  if (Math.abs(exponent - Math.round(exponent)) > 1e-6) return "";
  return value >= 1 ? scaledText(value, unit) : `${Number(value.toPrecision(1))} ${unit}`.trim();
}

/** Long names keep both ends, which tell layers apart. */
function shortened(text, length) {
  const letters = Array.from(text);
  if (letters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${letters.slice(0, head).join("")}\u2026${
      letters.slice(letters.length - (length - 1 - head)).join("")}`;
}

/** "memory: L2" where a cache limits. */
const boundText = (layer) => (layer.cache ? `${layer.bound}: ${layer.cache}` : layer.bound);

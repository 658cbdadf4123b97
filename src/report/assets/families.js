// Kinds of operators, each with a colour and a shape of its own: neither alone has to carry the difference.
// The colours are those of Okabe and Ito, told apart by colour-blind people, lightened for dark pages.

const FAMILIES = [
  { id: "convolution", light: "#0072b2", dark: "#4aa8e8", shape: "circle", pattern: /conv/i },
  { id: "attention", light: "#b4488a", dark: "#e08fc4", shape: "star", pattern: /attention/i },
  { id: "matrix product", light: "#d55e00", dark: "#ff8a3d", shape: "rect", pattern: /gemm|matmul|einsum/i },
  { id: "recurrent", light: "#6a51a3", dark: "#b09ce8", shape: "rectRounded", pattern: /lstm|gru|rnn/i },
  { id: "normalization", light: "#c98a00", dark: "#f0b429", shape: "triangle", pattern: /norm|softmax|lrn/i },
  { id: "pooling, reduction", light: "#2a9bd0", dark: "#7fd0f5", shape: "rectRot", pattern: /pool|reduce|arg(max|min)|topk/i },
  { id: "data movement", light: "#7a828e", dark: "#9aa3b0", shape: "crossRot", pattern:
    /reshape|transpose|concat|slice|split|gather|scatter|pad|flatten|squeeze|expand|tile|cast|copy|resize|space|identity|reformat|shuffle/i },
  { id: "elementwise", light: "#009e73", dark: "#2fcf9f", shape: "rectRounded", pattern: /./ },
];

const BOUNDS = {
  memory: { title: "memory bound", light: "#0072b2", dark: "#4aa8e8" },
  compute: { title: "compute bound", light: "#d55e00", dark: "#ff8a3d" },
  none: { title: "no arithmetic", light: "#7a828e", dark: "#9aa3b0" },
};

/** Of "Conv+Relu" the part that weighs most: the first family of the list that any part belongs to. */
function familyOf(op) {
  return FAMILIES.find((family) => family.pattern.test(op)) ?? FAMILIES[FAMILIES.length - 1];
}

function colorOf(entry) {
  return entry[currentTheme()];
}

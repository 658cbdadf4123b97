// Col2Im: adds the columns of windows back into the image that they were cut from.
#include "ops/conv/conv_transpose.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct Col2ImAttributes : AttributesOf<Col2ImAttributes> {
  std::vector<int64_t> strides = {}, dilations = {};  ///< empty: ones
  std::vector<int64_t> pads = {};                     ///< begins of all axes, then ends; empty: zeros

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("dilations", self.dilations);
    v("pads", self.pads);
    v("strides", self.strides);
  }
};

constexpr size_t kMostAxes = 8;
using Extents = InlineVector<int64_t, kMostAxes>;
using Axes = InlineVector<SpreadAxis, kMostAxes>;

// `input` of an axis is the number of windows along it.
Axes resolve(const Col2ImAttributes& attrs, std::span<const int64_t> image, std::span<const int64_t> block) {
  const size_t count = image.size();
  if (count == 0 || count > kMostAxes || block.size() != count)
    failInput("image_shape and block_shape must have 1 to 8 elements, as many as each other");
  const auto fits = [](const std::vector<int64_t>& values, size_t wanted, int64_t least) {
    if (!values.empty() && values.size() != wanted) failInput("an attribute does not fit image_shape");
    for (int64_t value : values)
      if (value < least || value > (1LL << 30))
        failInput("an attribute must not contain " + std::to_string(value));
  };
  fits(attrs.strides, count, 1);
  fits(attrs.dilations, count, 1);
  fits(attrs.pads, 2 * count, 0);
  Axes axes(count);
  for (size_t at = 0; at < count; ++at) {
    SpreadAxis& axis = axes[at];
    if (image[at] < 0 || block[at] < 1 || std::max(image[at], block[at]) > (1LL << 30))
      failInput("there is no image of " + toString(image) + " in blocks of " + toString(block));
    axis.output = image[at];
    axis.kernel = block[at];
    if (!attrs.strides.empty()) axis.stride = attrs.strides[at];
    if (!attrs.dilations.empty()) axis.dilation = attrs.dilations[at];
    if (!attrs.pads.empty()) axis.padBegin = attrs.pads[at];
    const int64_t padEnd = attrs.pads.empty() ? 0 : attrs.pads[at + count];
    const int64_t room = axis.output + axis.padBegin + padEnd - (axis.kernel - 1) * axis.dilation - 1;
    if (room < 0) failInput("a block is larger than the padded image");
    axis.input = room / axis.stride + 1;
  }
  return axes;
}

void infer(InferContext& c) {
  requireRank(c, 0, 3, 3);
  const auto image = c.integers(1), block = c.integers(2);
  const Shape& input = c.shape(0);
  if (!image || !block) {
    const Shape &imageShape = c.shape(1), &blockShape = c.shape(2);
    const Shape& known = imageShape.isStatic() ? imageShape : blockShape;
    return c.output(0, c.type(0),
                    known.isStatic() && known.rank() == 1 ? unknownShape(known[0].value() + 2) : Shape());
  }
  const Axes axes = resolve(c.attrs<Col2ImAttributes>(), *image, *block);
  int64_t windows = 1;
  for (const SpreadAxis& axis : axes) windows = saturatingProduct(windows, axis.input);
  const int64_t elements = elementCount(*block);
  std::vector<Dim> dims(2);
  if (input.ranked()) {
    dims[0] = input[0];
    if (input[1].isInteger()) {
      c.require(input[1].value() % elements == 0, "the rows of the columns do not divide into blocks");
      dims[1] = input[1].value() / elements;
    }
    c.require(!input[2].isInteger() || input[2].value() == windows,
              "there are more or fewer columns than windows");
  }
  dims.insert(dims.end(), image->begin(), image->end());
  c.output(0, c.type(0), Shape(std::move(dims)));
}

Extents extentsOf(const TensorView& view) {
  Extents values(static_cast<size_t>(view.count()));
  loadNumbers(view, 0, 1, view.count(), values.data());
  return values;
}

// Sum of what all positions of the block bring to one pixel.
template <class T>
T pixelSum(const TensorView& columns, const Axes& axes, int64_t firstRow, int64_t windows, int64_t elements,
           int64_t pixel) {
  Extents place(axes.size());
  for (size_t axis = axes.size(); axis-- > 0;) {
    place[axis] = pixel % axes[axis].output;
    pixel /= axes[axis].output;
  }
  std::conditional_t<std::is_same_v<T, int64_t>, uint64_t, T> sum{};  // integers wrap around
  for (int64_t element = 0; element < elements; ++element) {
    int64_t rest = element, window = 0, step = 1;
    bool reached = true;
    for (size_t axis = axes.size(); axis-- > 0 && reached;) {
      const int64_t source = axes[axis].source(place[axis], rest % axes[axis].kernel);
      reached = source >= 0;
      window += source * step;
      step *= axes[axis].input;
      rest /= axes[axis].kernel;
    }
    if (reached)
      sum += static_cast<decltype(sum)>(loadNumber<T>(columns, (firstRow + element) * windows + window));
  }
  return static_cast<T>(sum);
}

void reference(KernelContext& k) {
  const TensorView &columns = k.input(0), &out = k.output(0);
  const Extents image = extentsOf(k.input(1)), block = extentsOf(k.input(2));
  const Axes axes =
      resolve(k.attrs<Col2ImAttributes>(), {image.data(), image.size()}, {block.data(), block.size()});
  const int64_t pixels = elementCount(image), elements = elementCount(block), windows = columns.dims[2];
  int64_t wanted = 1;
  for (const SpreadAxis& axis : axes) wanted = saturatingProduct(wanted, axis.input);
  if (windows != wanted || columns.dims[1] != out.dims[1] * elements ||
      out.count() != out.dims[0] * out.dims[1] * pixels)
    k.fail("the columns do not make an image of the planned shape");
  withArithmeticClass(out.type, [&]<class T>() {
    parallelRanges(out.count(), 256, [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at)
        storeNumber(out, at,
                    pixelSum<T>(columns, axes, at / pixels * elements, windows, elements, at % pixels));
    });
  });
}

}  // namespace

constinit const Op col2Im{.name = "Col2Im",
                          .since = 18,
                          .sinceFor = sinceByType<SinceTable{.base = 18}>,
                          .minInputs = 3,
                          .maxInputs = 3,
                          .attributes = Col2ImAttributes::read,
                          .infer = infer,
                          .reference = reference,
                          .cost = costPerInput<1>};

}  // namespace ridge::ops

// Copies between arrays of any strides: reformats, concatenations, slices.
#include "cpu/kernels/copy/copy.h"

#include "base/thread_pool.h"
#include "cpu/tactics/tactics.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kMaxRank = 8;

class CopyStep : public CompiledStep {
 public:
  explicit CopyStep(const KernelSpec& spec) : copy_(make(spec)), in_(spec.in[0].at), out_(spec.out[0].at) {}

  void run(const Buffers& buffers) const override {
    const std::byte* in = addressOf(in_, buffers);
    std::byte* out = writableAddressOf(out_, buffers);
    ThreadPool::instance().parallel(buffers.threads,
                                    [&](int part) { copy_.run(in, out, part, buffers.threads); });
  }

 private:
  static StridedCopy make(const KernelSpec& spec) {
    requireSpec(spec.in.size() == 1 && spec.out.size() == 1, spec, "a copy has one source and one target");
    const ArraySpec &in = spec.in[0], &out = spec.out[0];
    const int bits = bitsOf(in.type);
    requireSpec(in.type == out.type && in.dims == out.dims && in.dims.size() <= kMaxRank, spec,
                "a copy keeps type and dimensions, up to eight axes");
    requireSpec(bits == 8 || bits == 16 || bits == 32 || bits == 64, spec, "a copy moves whole bytes");
    requireData(spec, 0);
    return StridedCopy(in.dims, in.strides, out.strides, static_cast<size_t>(bits / 8));
  }

  StridedCopy copy_;
  Location in_, out_;
};

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<CopyStep>(spec);
}

}  // namespace

// Never proposed: the planner asks for it by name.
const Tactic kCopy{"copy", nullptr, compile, nullptr};

}  // namespace ridge::cpu

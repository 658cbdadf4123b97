#include "verify/attention_slack.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/lowered/dot_attention.h"

namespace ridge {

namespace {

class Attention {
 public:
  Attention(const Node& node, std::span<const Tensor> inputs, double unit)
      : shape_(inputs[0].dims(), inputs[2].dims()),
        dims_(inputs[0].dims()),
        scale_(static_cast<double>(node.as<ops::DotAttentionAttributes>().scale)),
        unit_(unit),
        query_(toDoubles(inputs[0])),
        key_(toDoubles(inputs[1])),
        value_(toDoubles(inputs[2])) {
    dims_.back() = shape_.keys;
    strides_.assign(dims_.size(), 0);
    if (inputs.size() < 4 || !inputs[3].defined()) return;
    mask_ = toDoubles(inputs[3]);
    const Dims& own = inputs[3].dims();
    int64_t stride = 1;
    for (size_t back = 1; back <= own.size(); stride *= own[own.size() - back++])
      if (own[own.size() - back] != 1) strides_[dims_.size() - back] = stride;
  }

  std::vector<double> slack() const {
    std::vector<double> all;
    for (int64_t row = 0; row < shape_.batch * shape_.queries; ++row) addRow(row, all);
    return all;
  }

 private:
  struct Score {
    double number = 0, error = 0;
  };

  double maskAt(int64_t row, int64_t key) const {
    if (mask_.empty()) return 0;
    int64_t at = key * strides_.back();
    for (size_t axis = dims_.size() - 1; axis-- > 0; row /= dims_[axis])
      at += row % dims_[axis] * strides_[axis];
    return mask_[static_cast<size_t>(at)];
  }

  Score score(int64_t row, int64_t key) const {
    const double* q = query_.data() + row * shape_.head;
    const double* k = key_.data() + (row / shape_.queries * shape_.keys + key) * shape_.head;
    double sum = 0, magnitudes = 0;
    for (int64_t at = 0; at < shape_.head; ++at) {
      sum += q[at] * k[at];
      magnitudes += std::abs(q[at] * k[at]);
    }
    const double number = sum * scale_ + maskAt(row, key);
    return {number, unit_ * (magnitudes * std::abs(scale_) + std::abs(number))};
  }

  void addRow(int64_t row, std::vector<double>& all) const {
    std::vector<Score> scores;
    double most = -std::numeric_limits<double>::infinity(), sum = 0, shift = 0;
    for (int64_t key = 0; key < shape_.keys; ++key) scores.push_back(score(row, key));
    for (const Score& s : scores) most = std::max(most, s.number);
    for (Score& s : scores) {
      s.number = std::exp(s.number - most);
      sum += s.number;
      if (s.number > 0) shift += s.number * s.error;
    }
    std::vector<double> line(static_cast<size_t>(shape_.valueHead), 0.0);
    const double* values = value_.data() + row / shape_.queries * shape_.keys * shape_.valueHead;
    for (const Score& s : scores) {
      const double moved = s.number > 0 ? s.number / sum * (unit_ + s.error + shift / sum) : 0;
      for (double& element : line) element += moved * std::abs(*values++);
    }
    all.insert(all.end(), line.begin(), line.end());
  }

  ops::DotAttentionShape shape_;
  Dims dims_;  // of the scores
  double scale_, unit_;
  std::vector<double> query_, key_, value_, mask_;
  Dims strides_;  // of the mask by axis of the scores
};

}  // namespace

std::vector<double> attentionSlack(const Node& node, std::span<const Tensor> inputs, double unit) {
  return Attention(node, inputs, unit).slack();
}

}  // namespace ridge

#include "base/cpu.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/cpu_limits.h"
#include "base/thread_pool.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace ridge {
namespace {

using test::expectError;
using test::TemporaryFolder;

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(Isa, agreesWithTheCompilersDetection) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  EXPECT_EQ(detectedIsa(), avx512 && avx2 ? Isa::avx512 : avx2 ? Isa::avx2 : Isa::generic);
  EXPECT_EQ(cpuInfo().avx512vnni, avx512 && __builtin_cpu_supports("avx512vnni"));
  EXPECT_EQ(cpuInfo().avx512bf16, avx512 && __builtin_cpu_supports("avx512bf16"));
}

TEST(Isa, isCappedByTheVariable) {
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512}) {
    const Variable cap("RIDGE_ISA", std::string(name(isa)).c_str());
    EXPECT_EQ(activeIsa(), std::min(isa, detectedIsa()));
    EXPECT_EQ(isaFromName(name(isa)), isa);
  }
  const Variable cap("RIDGE_ISA", "sse9");
  expectError(ErrorCode::usage, "RIDGE_ISA", [] { activeIsa(); });
}

TEST(CpuInfo, isPlausible) {
  const CpuInfo& info = cpuInfo();
  EXPECT_FALSE(info.model.empty());
  EXPECT_GE(info.logicalCores, info.physicalCores);
  EXPECT_GE(info.physicalCores, 1);
  EXPECT_GE(info.l1Bytes, 8 << 10);
  EXPECT_GT(info.l2Bytes, info.l1Bytes);
}

TEST(CpuLimits, hyperthreadsShareACore) {
  const TemporaryFolder folder;
  folder.write("cpu0/topology/core_cpus_list", "0,2\n");
  folder.write("cpu1/topology/core_cpus_list", "1,3\n");
  folder.write("cpu2/topology/core_cpus_list", "0,2\n");
  folder.write("cpu3/topology/thread_siblings_list", "1,3\n");
  EXPECT_EQ(countPhysicalCores({0, 1, 2, 3}, folder.file("")), 2);
  EXPECT_EQ(countPhysicalCores({0, 2}, folder.file("")), 1);
  EXPECT_EQ(countPhysicalCores({7, 8}, folder.file("")), 2);  // no topology known
}

TEST(CpuLimits, quotaOfVersion2) {
  const TemporaryFolder folder;
  folder.write("a/b/cpu.max", "250000 100000\n");
  folder.write("a/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroupCpuLimit("0::/a/b\n", folder.file("")), 3);
  EXPECT_EQ(cgroupCpuLimit("0::/a\n", folder.file("")), std::nullopt);
  folder.write("a/cpu.max", "100000 100000\n");
  EXPECT_EQ(cgroupCpuLimit("0::/a/b\n", folder.file("")), 1);  // the parent is stricter
  EXPECT_EQ(cgroupCpuLimit("0::/elsewhere\n", folder.file("")), std::nullopt);
  folder.write("cpu.max", "150000 100000\n");
  EXPECT_EQ(cgroupCpuLimit("0::/elsewhere\n", folder.file("")),
            2);  // a container sees its own group as the root
}

TEST(CpuLimits, quotaOfVersion1) {
  const TemporaryFolder folder;
  folder.write("cpu/docker/x/cpu.cfs_quota_us", "50000\n");
  folder.write("cpu/docker/x/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroupCpuLimit("9:name=systemd:/\n4:cpu,cpuacct:/docker/x\n3:cpuset:/\n", folder.file("")), 1);
  folder.write("cpu/docker/x/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cgroupCpuLimit("4:cpu,cpuacct:/docker/x\n", folder.file("")), std::nullopt);
  EXPECT_EQ(cgroupCpuLimit("garbage\n::\n1:cpu\n", folder.file("")), std::nullopt);
}

TEST(DefaultThreads, obeysTheVariable) {
  {
    const Variable threads("RIDGE_THREADS", "3");
    EXPECT_EQ(defaultThreads(), 3);
  }
  for (const char* text : {"0", "-1", "two", "1.5", "100000"}) {
    const Variable threads("RIDGE_THREADS", text);
    expectError(ErrorCode::usage, "RIDGE_THREADS", [] { defaultThreads(); });
  }
  EXPECT_GE(defaultThreads(), 1);
  EXPECT_LE(defaultThreads(), cpuInfo().physicalCores);
}

}  // namespace
}  // namespace ridge

import numpy as np


def cases(case):
    def matmul(name, left, right, type="f32", **attributes):
        case(name, "MatMul", lambda v: [v(left, type), v(right, type)], **attributes)

    matmul("square", "4x4", "4x4")
    matmul("odd", "7x13", "13x70")
    matmul("deep", "3x300", "300x5")
    matmul("batch", "2x3x4x5", "2x3x5x6")
    matmul("batch_broadcast", "2x1x4x5", "3x5x6")
    matmul("batch_left_only", "5x2x3x4", "4x6")
    matmul("batch_right_only", "3x4", "5x2x4x6")
    matmul("dot", "5", "5")
    matmul("row_times_matrix", "5", "5x3")
    matmul("matrix_times_column", "3x5", "5")
    matmul("row_times_batch", "5", "2x5x3")
    matmul("batch_times_column", "2x3x5", "5")
    matmul("empty_rows", "0x5", "5x3")
    matmul("empty_depth", "2x0", "0x3")
    matmul("int32", "3x4", "4x5", "i32")
    matmul("int64", "2x3x4", "4x5", "i64")
    matmul("uint32", "3x4", "4x5", "u32")
    matmul("doubles", "3x4", "4x5", "f64")
    matmul("halves", "3x4", "4x5", "f16")

    def gemm(name, a, b, c=None, type="f32", **attributes):
        case(name, "Gemm", lambda v: [v(a, type), v(b, type)] + ([v(c, type)] if c is not None else []), **attributes)

    gemm("gemm_plain", "3x4", "4x5")
    gemm("gemm_bias", "3x4", "4x5", "5")
    gemm("gemm_bias_matrix", "3x4", "4x5", "3x5")
    gemm("gemm_bias_column", "3x4", "4x5", "3x1")
    gemm("gemm_bias_row", "3x4", "4x5", "1x5")
    gemm("gemm_bias_scalar", "3x4", "4x5", "")
    gemm("gemm_bias_one", "3x4", "4x5", "1")
    gemm("gemm_factors", "3x4", "4x5", "5", alpha=0.5, beta=-2.0)
    gemm("gemm_trans_a", "4x3", "4x5", "5", transA=1)
    gemm("gemm_trans_b", "3x4", "5x4", "5", transB=1)
    gemm("gemm_trans_both", "130x66", "5x130", "66x1", transA=1, transB=1)
    gemm("gemm_one_row", "1x140", "66x140", "66", transB=1)
    gemm("gemm_doubles", "3x4", "4x5", "5", "f64")

    sums(case)
    integers(case)


def sums(case):
    def einsum(name, equation, *shapes, type="f32", **attributes):
        case("einsum_" + name, "Einsum", lambda v: [v(shape, type) for shape in shapes], equation=equation, **attributes)

    einsum("matmul", "ij,jk->ik", "3x4", "4x5")
    einsum("matmul_implicit", "ij,jk", "3x4", "4x5")
    einsum("spaces", " i j , j k -> k i ", "3x4", "4x5")
    einsum("attention", "bhqd,bhkd->bhqk", "2x3x5x4", "2x3x70x4")
    einsum("attention_values", "bhqk,bkhd->bqhd", "2x3x5x7", "2x7x3x4")
    einsum("ellipsis", "...ij,...jk->...ik", "2x1x3x4", "3x4x5")
    einsum("ellipsis_implicit", "...ij,...jk", "2x3x3x4", "3x4x5")
    einsum("ellipsis_one_side", "...i,ij->...j", "2x3x4", "4x5")
    einsum("transpose", "ij->ji", "3x4")
    einsum("transpose_implicit", "ba", "3x4")
    einsum("sum", "ijk->j", "3x4x5")
    einsum("sum_of_all", "ij->", "3x4")
    einsum("diagonal", "...ii->...i", "2x3x3")
    einsum("trace", "ii", "4x4")
    einsum("diagonal_in_product", "iij,jk->ik", "3x3x4", "4x5")
    einsum("inner", "i,i", "5", "5")
    einsum("outer", "i,j->ij", "5", "7")
    einsum("elementwise", "ij,ij->ij", "3x4", "3x4")
    einsum("summed_alone", "ij,kl->ik", "3x4", "5x2")
    einsum("one_sized", "ij,jk->ik", "3x1", "1x5")
    einsum("empty_depth", "ij,jk->ik", "3x0", "0x5", want=lambda a, b: [a @ b])
    einsum("empty", "ij,jk->ik", "0x3", "3x5", want=lambda a, b: [a @ b])
    einsum("three", "ij,jk,kl->il", "3x4", "4x5", "5x2")
    einsum("three_batch", "bi,bj,bk->bijk", "2x3", "2x4", "2x2")
    einsum("four", "a,ab,b,bc->c", "3", "3x4", "4", "4x2")
    einsum("int64", "ij,jk->ik", "3x4", "4x5", type="i64")
    einsum("int32_three", "ij,jk,kl->il", "3x4", "4x5", "5x2", type="i32")
    einsum("doubles", "bij,bjk->bki", "2x3x4", "2x4x5", type="f64")
    einsum("upper_and_lower", "aB,Bc", "3x4", "4x5")


def integers(case):
    def integer(name, left, right, left_zero=None, right_zero=None, left_type="u8", right_type="u8"):
        kinds = {"u8": np.uint8, "i8": np.int8}
        case("integer_" + name, "MatMulInteger", lambda v: [
            v(left, left_type), v(right, right_type), None if left_zero is None else np.array(left_zero, kinds[left_type]),
            None if right_zero is None else np.array(right_zero, kinds[right_type])])

    integer("plain", "3x4", "4x70")
    integer("zeros", "5x140", "140x3", 3, 7)
    integer("signed", "3x4", "4x5", 3, -2, right_type="i8")
    integer("per_column", "3x4", "4x5", 3, [1, -2, 0, 3, 4], right_type="i8")
    integer("batch", "2x3x4", "4x5", 3, 2)
    integer("batch_both", "2x1x3x4", "3x4x5", 3, 2)

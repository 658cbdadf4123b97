// Symbols are hidden by default; these are the library's own.
#pragma once

#define RIDGE_API __attribute__((visibility("default")))

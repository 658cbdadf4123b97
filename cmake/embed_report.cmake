# Puts the report's page together and writes it as C++: cmake -D ASSETS=page.html,style.css,a.js,... -D CHART_JS= -D OUTPUT= -P
# The page's policy names its script and its style by their hashes, so that nothing else in it can ever run.

string(REPLACE "," ";" ASSETS "${ASSETS}")
list(POP_FRONT ASSETS page_file style_file)

# "sha256-..." as a content security policy writes it; CMake has the hash in hexadecimal only.
function(policy_hash text result)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 hex "${text}")
  set(base64 "")
  foreach(at RANGE 0 62 6)  # three bytes make four letters; of the last three one is padding
    string(SUBSTRING "${hex}00" ${at} 6 group)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${group} >> ${shift}) & 63")
      string(SUBSTRING "${alphabet}" ${index} 1 letter)
      string(APPEND base64 "${letter}")
    endforeach()
  endforeach()
  string(SUBSTRING "${base64}" 0 43 base64)
  set(${result} "sha256-${base64}=" PARENT_SCOPE)
endfunction()

file(READ "${style_file}" style)
file(READ "${CHART_JS}" chart)
# Names a file that is not beside the report.
string(REGEX REPLACE "\n//# sourceMappingURL=[^\n]*" "" chart "${chart}")
set(script "${chart}\n(() => {\n\"use strict\";\n")
foreach(file ${ASSETS})
  file(READ "${file}" text)
  string(APPEND script "\n${text}")
endforeach()
string(APPEND script "})();\n")

string(FIND "${script}${style}" ")ridge_page\"" clash)
string(FIND "${script}" "</script" ending)
if(NOT clash EQUAL -1 OR NOT ending EQUAL -1)
  message(FATAL_ERROR "the report's scripts contain a text that would end them early")
endif()

policy_hash("${style}" style_hash)
policy_hash("${script}" script_hash)
file(READ "${page_file}" page)
foreach(name style_hash script_hash style script)  # the long texts last: nothing is looked for inside them
  string(REPLACE "{{${name}}}" "${${name}}" page "${page}")
endforeach()

# {{title}} and {{data}} are left: they divide the page in three.
string(REGEX MATCHALL "{{(title|data)}}" holes "${page}")
if(NOT holes STREQUAL "{{title}};{{data}}")
  message(FATAL_ERROR "the report's page must have one {{title}} and then one {{data}}")
endif()
string(REPLACE "{{title}}" ")ridge_page\",\n    R\"ridge_page(" page "${page}")
string(REPLACE "{{data}}" ")ridge_page\",\n    R\"ridge_page(" page "${page}")
file(WRITE "${OUTPUT}" "#include \"report/report_page.h\"

namespace ridge::report {

const std::array<std::string_view, 3> kReportPage = {
    R\"ridge_page(${page})ridge_page\"};

}  // namespace ridge::report
")

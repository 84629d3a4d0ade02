# What the editor of scripts says (web/editor.js); `$` is where it puts a number.

code-keys = Tab 键缩进；先按 Esc 再按 Tab 离开编辑框。
code-find = 查找
code-replace-with = 替换为
code-next = 下一个
code-previous = 上一个
code-all = 全部
code-case = 区分大小写
code-regexp = 正则表达式
code-word = 全字匹配
code-replace = 替换
code-replace-all = 全部替换
code-close = 关闭
code-match = 当前匹配
code-replaced = 替换了 $ 处
code-replaced-one = 替换了第 $ 行的匹配
code-line = 跳到行
code-go = 跳转
code-control = 控制字符
code-on-line = 位于行
code-deleted = 已删除所选内容

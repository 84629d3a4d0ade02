language-name = 简体中文

frame-skip = 跳到正文
frame-nav = 主导航
frame-sign-out = 退出登录
frame-theme-next = 外观：{ $theme }
frame-zone = 时间均为 { $zone } 时区。

theme-auto = 跟随系统
theme-light = 浅色
theme-dark = 深色

nav-pipelines = 流水线
nav-inbox = 待办
nav-inbox-count = { $count } 项等待人工处理
nav-graphs = 图
nav-new-graph = 新建图
nav-secrets = 密钥
nav-journal = 日志记录
nav-system = 系统
nav-help = 键盘快捷键
nav-docs = REST 接口

banner-unwritable = 数据库暂时无法写入，现在不能做任何更改：{ $why }。不会丢失任何东西：脚本交来的结果都会保留，一旦可以写入就自动继续。
banner-no-reserve = 磁盘空间不足，无法创建预留文件（磁盘写满时用它保住结果）：{ $why }。请腾出一些空间；预留文件会自动重新创建。
banner-draining = 本服务器不再启动新的脚本：正在运行的结束后它就退出，等待中的由下一个服务器启动。如需撤销：

"""Why the Temporal server cannot be used, in a sentence for whoever runs Redress: what is wrong, and which setting mends it."""

from temporalio.service import RPCError, RPCStatusCode

from models.common.errors import Fault
from models.common.vocabulary import ErrorType
from settings import Settings

_BY_WORDS = {
    "UnknownIssuer": (
        "{address} shows a certificate that none of the known authorities has signed. Set REDRESS_TEMPORAL_CA to its authority's.",
        "{address} 的证书并非由已知机构签发。请将 REDRESS_TEMPORAL_CA 设为其签发机构的证书。",
    ),
    "NotValidForName": (
        "{address} shows a certificate for another name. Set REDRESS_TEMPORAL_SERVER_NAME to a name in it.",
        "{address} 的证书属于其他名称。请将 REDRESS_TEMPORAL_SERVER_NAME 设为证书中的名称。",
    ),
    "InvalidCertificate": (
        "{address} shows a certificate that is not valid ({why}).",
        "{address} 的证书无效（{why}）。",
    ),
    "InvalidContentType": (
        "{address} does not speak TLS, which REDRESS_TEMPORAL_TLS or a certificate asks for.",
        "{address} 不支持 TLS，而 REDRESS_TEMPORAL_TLS 或证书设置要求使用 TLS。",
    ),
    "ParseError": (
        "REDRESS_TEMPORAL_CERTIFICATE and REDRESS_TEMPORAL_KEY are not a certificate and its key in PEM.",
        "REDRESS_TEMPORAL_CERTIFICATE 与 REDRESS_TEMPORAL_KEY 不是 PEM 格式的证书及其私钥。",
    ),
    "dns error": (
        "The host of {address} is not known. Check REDRESS_TEMPORAL_ADDRESS.",
        "无法解析 {address} 的主机名。请检查 REDRESS_TEMPORAL_ADDRESS。",
    ),
    "after connection": (
        "{address} ends our connection. {hint}",
        "{address} 中断了连接。{hint_zh}",
    ),
}
"""By words in the error of the SDK's core, which has no types for what goes wrong below HTTP."""
_HINTS = {
    False: (
        "Does it want TLS? Set REDRESS_TEMPORAL_TLS to true.",
        "服务器是否要求 TLS？请将 REDRESS_TEMPORAL_TLS 设为 true。",
    ),
    True: (
        "Does it want another client's certificate? See REDRESS_TEMPORAL_CERTIFICATE and REDRESS_TEMPORAL_KEY.",
        "服务器是否要求其他客户端证书？请检查 REDRESS_TEMPORAL_CERTIFICATE 与 REDRESS_TEMPORAL_KEY。",
    ),
}
"""By whether we speak TLS."""
_AWAY = (
    "No Temporal server answers at {address}. Check REDRESS_TEMPORAL_ADDRESS.",
    "{address} 没有 Temporal 服务响应。请检查 REDRESS_TEMPORAL_ADDRESS。",
)
_REFUSED = (
    "{address} refuses us for namespace {namespace} ({why}). Check REDRESS_TEMPORAL_API_KEY or REDRESS_TEMPORAL_CERTIFICATE, and what they may do.",
    "{address} 拒绝访问命名空间 {namespace}（{why}）。请检查 REDRESS_TEMPORAL_API_KEY 或 REDRESS_TEMPORAL_CERTIFICATE 及其权限。",
)
_NO_NAMESPACE = (
    "{address} has no namespace {namespace}. Make it by `redress temporal setup`, or check REDRESS_TEMPORAL_NAMESPACE.",
    "{address} 没有命名空间 {namespace}。请执行 redress temporal setup 创建，或检查 REDRESS_TEMPORAL_NAMESPACE。",
)
_FAILED = ("{address} failed: {why}.", "{address} 出错：{why}。")


def unusable(error: Exception, settings: Settings) -> Fault:
    """The fault of whatever a call or the connection ended with."""
    en, zh = _sentences(error)
    hint, hint_zh = _HINTS[settings.temporal_by_tls]
    values = {
        "address": settings.temporal,
        "namespace": settings.temporal_namespace,
        "why": str(error).rstrip("."),
        "hint": hint,
        "hint_zh": hint_zh,
    }
    return Fault(type=ErrorType.UNAVAILABLE, detail=en.format(**values), detail_zh=zh.format(**values))


def _sentences(error: Exception) -> tuple[str, str]:
    if not isinstance(error, RPCError):
        return next((told for words, told in _BY_WORDS.items() if words in str(error)), _AWAY)
    match error.status:
        case RPCStatusCode.UNAUTHENTICATED | RPCStatusCode.PERMISSION_DENIED:
            return _REFUSED
        case RPCStatusCode.NOT_FOUND:
            return _NO_NAMESPACE
        case RPCStatusCode.UNAVAILABLE | RPCStatusCode.DEADLINE_EXCEEDED:
            return _AWAY
        case _:
            return _FAILED
